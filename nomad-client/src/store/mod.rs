//! What the agent must find again after a crash.
//!
//! In: assignments and progress of allocations, each under its own key. Out: the same, at the next
//! start. Always true: what [`StateStore::write`] has accepted is on stable storage; a record that
//! cannot be read loses one allocation, not the agent.

mod disk;
mod error;
mod identity;
mod memory;
mod record;

pub use disk::DiskStore;
pub use error::{IdentityError, StoreError};
pub use identity::{Identity, load_identity};
pub use memory::MemoryStore;
pub use record::{AllocRecord, RecordError, Restored, Write, decode, encode};

/// Keeps what the agent must find again.
///
/// # Contract
///
/// `write` is all or nothing, and returns when the writes are on stable storage. `load` gives what was
/// written last, and names what it could not read; it does not fail because of one record.
///
/// # Misuse
///
/// Two agents with one store: the implementation on disk refuses the second.
pub trait StateStore: Send + Sync {
    /// Writes all of them, or none.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing of the batch counts as written.
    fn write(&self, writes: &[Write]) -> Result<(), StoreError>;

    /// Reads everything.
    ///
    /// # Errors
    /// [`StoreError`] when the store as a whole cannot be read.
    fn load(&self) -> Result<Restored, StoreError>;
}

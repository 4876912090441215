//! The durable log: [`Wal`], our own segmented write-ahead log, and [`SledLog`], the same seam
//! over sled. Start reading at [`mod@format`], which draws the files byte by byte.

pub mod format;
mod recover;
mod segment;
mod sled;
mod table;
mod wal;

pub use recover::{Recovery, TornTail};
pub use sled::SledLog;
pub use wal::{Wal, WalLimits};

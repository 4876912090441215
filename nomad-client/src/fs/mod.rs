//! Files of allocations, through directory handles.
//!
//! In: an allocation's directory, opened once, and paths that users and tasks made up. Out: listings,
//! metadata, bytes. Always true: the kernel resolves every path beneath the handle (`openat2` with
//! `RESOLVE_BENEATH`), so that neither `..` nor a symbolic link, made before or during the call, leads
//! out of it; and only regular files are read, so that a FIFO cannot hold anybody up.

mod content;
mod dir;
mod error;
mod frame;
mod guard;
mod info;
mod layout;
mod tail;

pub use dir::{Dir, ENTRIES_MAX};
pub use error::FsError;
pub use frame::{FRAME_BYTES_MAX, FRAMES_BUFFERED_MAX, FileEvent, Frame, HEARTBEAT};
pub use guard::AllocView;
pub use info::FileInfo;
pub use layout::{AllocLayout, LayoutError, TaskPaths};
pub(crate) use tail::blocking;
pub use tail::{Origin, StreamRequest, stream};

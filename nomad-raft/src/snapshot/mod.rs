//! Snapshots on disk: [`SnapshotFiles`], in the format that [`mod@format`] draws.

mod files;
pub mod format;

pub use files::SnapshotFiles;

//! One output of the task on its way into files.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;

use super::super::order::LogOrder;
use crate::fs::FsError;
use crate::logs::{LogWriter, Stream};

/// Bytes moved at once. Small, because the memory stays for the life of the task.
pub(super) const BUFFER_BYTES: usize = 16 * 1024;
/// Buffers moved in one turn, so that one output cannot starve the rest.
const TURN_BUFFERS: usize = 8;

/// A pipe and the files that it is emptied into.
pub(super) struct Pump {
    pipe: Option<OwnedFd>,
    log: LogWriter,
}

impl Pump {
    pub(super) fn new(pipe: OwnedFd, to: &LogOrder, stream: Stream) -> Result<Self, FsError> {
        let log = LogWriter::open(&to.dir, &to.task, stream, to.max_files, to.max_file_bytes)?;
        Ok(Self {
            pipe: Some(pipe),
            log,
        })
    }

    /// What to wait on; nothing once every writer has closed its end.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Bytes that could not be written.
    pub(super) fn dropped(&self) -> u64 {
        self.log.dropped()
    }

    /// Moves what is there, up to one turn's worth.
    pub(super) fn turn(&mut self, buffer: &mut [u8]) {
        for _ in 0..TURN_BUFFERS {
            let Some(pipe) = &self.pipe else { return };
            match rustix::io::read(pipe, &mut *buffer) {
                Ok(0) => self.pipe = None,
                Ok(read) => self.log.write(buffer.get(..read).unwrap_or_default()),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => self.pipe = None,
            }
        }
    }
}

//! The writing side: one output into numbered files of bounded size.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};

use super::{LogFiles, Stream};
use crate::fs::FsError;

/// Mode of log files.
const LOG_MODE: u32 = 0o644;
/// How many occupied names are passed over when a new file is made.
const NAMES_TRIED_MAX: u64 = 1_000;

/// Writes one output of a task.
///
/// Always true: a file is at most `max_file_bytes` long, at most `max_files` files are kept, a line
/// that fits into one file is not torn where that can be known, and a full disk loses bytes (counted
/// in [`LogWriter::dropped`]) but never blocks or ends the task (spec/client 26.3).
#[derive(Debug)]
pub struct LogWriter {
    files: LogFiles,
    file: Option<File>,
    index: u64,
    size: u64,
    max_file_bytes: u64,
    max_files: u64,
    dropped: u64,
}

impl LogWriter {
    /// Goes on with the highest number that is there, or starts with 0. The size is taken from the
    /// disk, so that a writer that comes later does not overfill a file.
    ///
    /// # Errors
    /// [`FsError`] when the directory is not there. A file that cannot be made is tried again at
    /// each write.
    pub fn open(
        logs_dir: &Path,
        task: &str,
        stream: Stream,
        max_files: u32,
        max_file_bytes: u64,
    ) -> Result<Self, FsError> {
        let files = LogFiles::open(logs_dir, task, stream)?;
        let index = files.list()?.last().map_or(0, |(index, _)| *index);
        let mut writer = Self {
            files,
            file: None,
            index,
            size: 0,
            max_file_bytes: max_file_bytes.max(1),
            max_files: u64::from(max_files.max(1)),
            dropped: 0,
        };
        let _ = writer.open_current();
        Ok(writer)
    }

    /// Bytes that could not be written.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Writes everything in `data`, into as many files as it takes.
    pub fn write(&mut self, data: &[u8]) {
        let mut rest = data;
        while !rest.is_empty() {
            let room = self.max_file_bytes.saturating_sub(self.size);
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            let fitting = self.fitting(rest, room);
            let (now, later) = rest.split_at_checked(fitting).unwrap_or((rest, &[]));
            self.append(now);
            rest = later;
            if !rest.is_empty() {
                self.rotate();
            }
        }
    }

    /// How much of `data` goes into this file: all if it fits; else up to the last end of a line; else
    /// nothing, unless the file is empty, because then the line is longer than any file.
    fn fitting(&self, data: &[u8], room: usize) -> usize {
        if data.len() <= room {
            return data.len();
        }
        let head = data.get(..room).unwrap_or_default();
        match head.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => at + 1,
            None if self.size == 0 => room,
            None => 0,
        }
    }

    fn append(&mut self, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        if self.file.is_none() && self.open_current().is_err() {
            self.dropped += data.len() as u64;
            return;
        }
        let Some(file) = &mut self.file else { return };
        let mut rest = data;
        while !rest.is_empty() {
            match file.write(rest) {
                Ok(0) => break,
                Ok(written) => {
                    self.size += written as u64;
                    rest = rest.get(written..).unwrap_or_default();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.dropped += rest.len() as u64;
    }

    fn rotate(&mut self) {
        self.file = None;
        self.index = self.index.saturating_add(1);
        self.size = 0;
        let _ = self.open_current();
        self.purge();
    }

    /// Opens the file of the current number for appending, or a later one when something else than
    /// an own regular file has taken the name: the directory can be written by the task.
    fn open_current(&mut self) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::NONBLOCK;
        let flags = flags | OFlags::CLOEXEC | OFlags::NOCTTY;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let mut refused = io::Error::other("every name is taken");
        for _ in 0..NAMES_TRIED_MAX {
            let name = self.files.name(self.index);
            let mode = Mode::from_raw_mode(LOG_MODE);
            match rustix::fs::openat2(self.files.dir().as_fd(), &name, flags, mode, resolve) {
                Ok(fd) => {
                    let file = File::from(fd);
                    let meta = file.metadata()?;
                    if meta.is_file() && meta.nlink() == 1 && meta.size() < self.max_file_bytes {
                        self.size = meta.size();
                        self.file = Some(file);
                        return Ok(());
                    }
                }
                Err(rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT) => {
                    return Err(rustix::io::Errno::NOSPC.into());
                }
                Err(errno) => refused = errno.into(),
            }
            self.index = self.index.saturating_add(1);
        }
        Err(refused)
    }

    /// Removes the lowest numbers until at most `max_files` files are left.
    fn purge(&self) {
        let Ok(found) = self.files.list() else { return };
        let keep = usize::try_from(self.max_files).unwrap_or(usize::MAX);
        for (index, _) in found.iter().take(found.len().saturating_sub(keep)) {
            let name = self.files.name(*index);
            let _ = rustix::fs::unlinkat(self.files.dir().as_fd(), &name, AtFlags::empty());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(dir: &Path, name: &str) -> String {
        std::fs::read_to_string(dir.join(name)).unwrap()
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn writer(dir: &Path, max_files: u32, max_file_bytes: u64) -> LogWriter {
        LogWriter::open(dir, "t", Stream::Stdout, max_files, max_file_bytes).unwrap()
    }

    #[test]
    fn lines_are_not_torn_when_a_file_is_full() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = writer(dir.path(), 10, 10);
        log.write(b"abcd\nefgh\nijkl\n");
        assert_eq!(read_all(dir.path(), "t.stdout.0"), "abcd\nefgh\n");
        assert_eq!(read_all(dir.path(), "t.stdout.1"), "ijkl\n");
        log.write(b"0123456");
        assert_eq!(read_all(dir.path(), "t.stdout.2"), "0123456");
    }

    #[test]
    fn a_line_longer_than_a_file_is_split() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = writer(dir.path(), 10, 4);
        log.write(b"0123456789\n");
        assert_eq!(read_all(dir.path(), "t.stdout.0"), "0123");
        assert_eq!(read_all(dir.path(), "t.stdout.2"), "89\n");
    }

    #[test]
    fn only_the_newest_files_are_kept_and_numbers_go_up_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = writer(dir.path(), 3, 5);
        for n in 0..6 {
            log.write(format!("{n}abc\n").as_bytes());
        }
        assert_eq!(
            names(dir.path()),
            ["t.stdout.3", "t.stdout.4", "t.stdout.5"]
        );
    }

    #[test]
    fn a_later_writer_goes_on_with_the_size_that_is_on_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        writer(dir.path(), 10, 10).write(b"one\n");
        writer(dir.path(), 10, 10).write(b"two\nthree\n");
        assert_eq!(read_all(dir.path(), "t.stdout.0"), "one\ntwo\n");
        assert_eq!(read_all(dir.path(), "t.stdout.1"), "three\n");
    }

    #[test]
    fn a_name_taken_by_a_link_or_a_fifo_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        std::fs::write(&outside, "").unwrap();
        std::os::unix::fs::symlink(&outside, dir.path().join("t.stdout.0")).unwrap();
        nix::unistd::mkfifo(
            &dir.path().join("t.stdout.1"),
            nix::sys::stat::Mode::from_bits_truncate(0o600),
        )
        .unwrap();
        std::fs::hard_link(&outside, dir.path().join("t.stdout.2")).unwrap();
        writer(dir.path(), 10, 100).write(b"mine\n");
        assert_eq!(read_all(dir.path(), "outside"), "");
        assert_eq!(read_all(dir.path(), "t.stdout.3"), "mine\n");
    }

    #[test]
    fn a_directory_that_takes_nothing_loses_bytes_and_counts_them() {
        let dir = tempfile::tempdir().unwrap();
        let logs = dir.path().join("logs");
        std::fs::create_dir(&logs).unwrap();
        let mut log = writer(&logs, 10, 5);
        log.write(b"1234\n");
        std::fs::remove_dir_all(&logs).unwrap();
        log.write(b"5678\n");
        assert_eq!(log.dropped(), 5);
    }
}

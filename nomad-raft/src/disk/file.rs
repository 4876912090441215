//! [`Disk`] over a directory of the operating system.
//!
//! `sync` is `fdatasync`, which also writes the length when it changed; `sync_dir` is `fsync` of
//! the directory. Names are taken as they are: this crate only uses its own, without a slash.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use nomad_core::seam::disk::{Disk, DiskCause, DiskError, DiskFile, DiskOperation};

/// A directory as a [`Disk`].
#[derive(Debug, Clone)]
pub struct FileDisk {
    directory: PathBuf,
}

impl FileDisk {
    /// Opens `directory`, making it and its parents if they are missing.
    ///
    /// # Errors
    /// When the directory cannot be made (not allowed, a file in its place ...).
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, DiskError> {
        let directory = directory.into();
        if !directory.is_dir() {
            fs::create_dir_all(&directory)
                .map_err(|error| failed(DiskOperation::Create, &directory, &error))?;
            if let Some(parent) = directory.parent() {
                sync_directory(parent)?;
            }
        }
        Ok(Self { directory })
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn open_with(
        &self,
        operation: DiskOperation,
        name: &str,
        options: &mut OpenOptions,
    ) -> Result<OpenFile, DiskError> {
        let path = self.directory.join(name);
        match options.read(true).write(true).open(&path) {
            Ok(file) => Ok(OpenFile { file, path }),
            Err(error) => Err(failed(operation, &path, &error)),
        }
    }
}

impl Disk for FileDisk {
    type File = OpenFile;

    fn create(&self, name: &str) -> Result<OpenFile, DiskError> {
        self.open_with(
            DiskOperation::Create,
            name,
            OpenOptions::new().create_new(true),
        )
    }

    fn open(&self, name: &str) -> Result<OpenFile, DiskError> {
        self.open_with(DiskOperation::Open, name, &mut OpenOptions::new())
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let path = self.directory.join(from);
        fs::rename(&path, self.directory.join(to))
            .map_err(|error| failed(DiskOperation::Rename, &path, &error))
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        let path = self.directory.join(name);
        fs::remove_file(&path).map_err(|error| failed(DiskOperation::Remove, &path, &error))
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        let fail = |error: io::Error| failed(DiskOperation::List, &self.directory, &error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            if entry.file_type().map_err(fail)?.is_file() {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn sync_dir(&self) -> Result<(), DiskError> {
        sync_directory(&self.directory)
    }
}

/// An open file of a [`FileDisk`].
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    path: PathBuf,
}

impl OpenFile {
    fn check<T>(&self, operation: DiskOperation, done: io::Result<T>) -> Result<T, DiskError> {
        done.map_err(|error| failed(operation, &self.path, &error))
    }
}

impl DiskFile for OpenFile {
    fn size(&self) -> Result<u64, DiskError> {
        self.check(DiskOperation::Read, self.file.metadata())
            .map(|metadata| metadata.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match read_some(&self.file, offset + done as u64, rest) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.check(DiskOperation::Read, Err(error)),
            }
        }
        Ok(done)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.check(DiskOperation::Write, write_all(&self.file, offset, bytes))
    }

    fn truncate(&mut self, length: u64) -> Result<(), DiskError> {
        self.check(DiskOperation::Truncate, self.file.set_len(length))
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.check(DiskOperation::Sync, self.file.sync_data())
    }
}

#[cfg(unix)]
fn read_some(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(unix)]
fn write_all(file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn read_some(mut file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    use std::io::{Read, Seek};
    file.seek(io::SeekFrom::Start(offset))?;
    file.read(buffer)
}

#[cfg(not(unix))]
fn write_all(mut file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    use std::io::{Seek, Write};
    file.seek(io::SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

/// Makes the names in `directory` durable. Other systems than Unix do so by themselves.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), DiskError> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    File::open(directory)
        .and_then(|handle| handle.sync_all())
        .map_err(|error| failed(DiskOperation::SyncDirectory, directory, &error))
}

/// The seam's error for one of the operating system.
pub(crate) fn failed(operation: DiskOperation, path: &Path, error: &io::Error) -> DiskError {
    const EIO: i32 = 5;
    let cause = match error.kind() {
        io::ErrorKind::NotFound => DiskCause::NotFound,
        io::ErrorKind::AlreadyExists => DiskCause::AlreadyExists,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DiskCause::NoSpace,
        io::ErrorKind::PermissionDenied => DiskCause::PermissionDenied,
        io::ErrorKind::ReadOnlyFilesystem => DiskCause::ReadOnly,
        _ => match error.raw_os_error() {
            Some(EIO) => DiskCause::Device,
            number => DiskCause::Other(number.unwrap_or(0)),
        },
    };
    DiskError::new(operation, path.display().to_string(), cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_written_at_an_offset_reads_back_and_lists() {
        let home = tempfile::tempdir().unwrap();
        let disk = FileDisk::open(home.path().join("a/b")).unwrap();
        let mut file = disk.create("f").unwrap();
        file.write_at(3, b"xyz").unwrap();
        file.zero_fill(6, 100_000).unwrap();
        file.sync().unwrap();
        disk.rename("f", "g").unwrap();
        disk.sync_dir().unwrap();
        assert_eq!(disk.list().unwrap(), ["g"]);
        let file = disk.open("g").unwrap();
        assert_eq!(file.size().unwrap(), 100_006);
        assert_eq!(file.read_vec(2, 5).unwrap(), b"\0xyz\0");
        assert_eq!(file.read_vec(100_004, 50).unwrap().len(), 2);
        disk.remove("g").unwrap();
        assert_eq!(disk.open("g").unwrap_err().cause, DiskCause::NotFound);
    }

    #[test]
    fn a_taken_name_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let disk = FileDisk::open(home.path()).unwrap();
        drop(disk.create("f").unwrap());
        assert_eq!(
            disk.create("f").unwrap_err().cause,
            DiskCause::AlreadyExists
        );
    }
}

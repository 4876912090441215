//! The directory handle: the only way to an allocation's files.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::{FileInfo, FsError, content};

/// Most entries listed at once; a directory with more is refused.
pub const ENTRIES_MAX: usize = 50_000;
/// Bytes looked at to guess a content type.
const SNIFF_BYTES: usize = 512;
/// How often a resolution that met a concurrent rename is tried again.
const RESOLVE_TRIES: u32 = 16;

/// An open directory. Every path given to it is resolved beneath it by the kernel.
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// let dir = nomad_client::fs::Dir::open(std::path::Path::new("/usr/bin")).unwrap();
/// assert!(dir.stat("env".as_ref()).is_ok());
/// assert!(dir.stat("../../etc/passwd".as_ref()).is_err());
/// # }
/// ```
#[derive(Debug)]
pub struct Dir {
    fd: OwnedFd,
}

impl Dir {
    /// Opens a directory by a path that the agent made itself. Its last component must not be a
    /// symbolic link.
    ///
    /// # Errors
    /// [`FsError`] when it is not there or not a directory.
    pub fn open(path: &Path) -> Result<Self, FsError> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = rustix::fs::open(path, flags, Mode::empty())
            .map_err(|errno| FsError::from_errno("open", path, errno))?;
        Ok(Self { fd })
    }

    /// The handle, for calls of other modules that take one.
    #[must_use]
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// The path by which the kernel shows this handle; good for system calls that take only paths
    /// (such as binding a socket whose full path would be too long), as long as `self` lives.
    #[must_use]
    pub fn proc_path(&self) -> PathBuf {
        use std::os::fd::AsRawFd;
        PathBuf::from(format!("/proc/self/fd/{}", self.fd.as_raw_fd()))
    }

    fn resolve(
        &self,
        action: &'static str,
        path: &Path,
        flags: OFlags,
        mode: Mode,
    ) -> Result<OwnedFd, FsError> {
        let inside = beneath(path)?;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        for _ in 0..RESOLVE_TRIES {
            match rustix::fs::openat2(&self.fd, &inside, flags | OFlags::CLOEXEC, mode, resolve) {
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(errno) => return Err(FsError::from_errno(action, path, errno)),
                Ok(fd) => return Ok(fd),
            }
        }
        Err(FsError::from_errno(action, path, Errno::AGAIN))
    }

    /// A handle on a subdirectory.
    ///
    /// # Errors
    /// [`FsError`] when it is not there, no directory, or outside.
    pub fn subdir(&self, path: &Path) -> Result<Self, FsError> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY;
        Ok(Self {
            fd: self.resolve("open", path, flags, Mode::empty())?,
        })
    }

    /// Opens a regular file for reading.
    ///
    /// # Errors
    /// [`FsError`] when it is not there, not regular, or outside.
    pub fn open_file(&self, path: &Path) -> Result<File, FsError> {
        // Not blocking: opening a FIFO without writer would otherwise never return.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = match self.resolve("open", path, flags, Mode::empty()) {
            // Sockets, and devices that are not there, say this.
            Err(FsError::Io { source, .. })
                if source.raw_os_error() == Some(Errno::NXIO.raw_os_error()) =>
            {
                return Err(FsError::NotRegular {
                    path: path.display().to_string(),
                });
            }
            other => File::from(other?),
        };
        let info = self.info_of(path, &file)?;
        if info.is_dir {
            return Err(FsError::IsDirectory {
                path: path.display().to_string(),
            });
        }
        if !info.is_regular {
            return Err(FsError::NotRegular {
                path: path.display().to_string(),
            });
        }
        Ok(file)
    }

    fn info_of(&self, path: &Path, fd: impl AsFd) -> Result<FileInfo, FsError> {
        let stat =
            rustix::fs::fstat(fd).map_err(|errno| FsError::from_errno("stat", path, errno))?;
        Ok(FileInfo::new(display_name(path), &stat))
    }

    /// Metadata of what a path leads to, symbolic links followed within the directory. Regular
    /// files get a content type, by name or by their first 512 bytes (spec/client 30.3).
    ///
    /// # Errors
    /// [`FsError`] when it is not there or outside.
    pub fn stat(&self, path: &Path) -> Result<FileInfo, FsError> {
        let fd = self.resolve("stat", path, OFlags::PATH, Mode::empty())?;
        let mut info = self.info_of(path, &fd)?;
        if info.is_regular {
            let mut start = Vec::new();
            if let Ok(file) = self.open_file(path) {
                let _ = file.take(SNIFF_BYTES as u64).read_to_end(&mut start);
            }
            info.content_type = content::guess(&info.name, &start).to_owned();
        }
        Ok(info)
    }

    /// Entries of a directory, sorted by name. Symbolic links are listed as such, not followed.
    ///
    /// # Errors
    /// [`FsError`] when it is not there, no directory, outside, or has too many entries.
    pub fn list(&self, path: &Path) -> Result<Vec<FileInfo>, FsError> {
        let dir = self.subdir(path)?;
        let fail = |errno| FsError::from_errno("list", path, errno);
        let mut found = Vec::new();
        for entry in rustix::fs::Dir::read_from(&dir.fd).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name();
            if name.to_bytes() == b"." || name.to_bytes() == b".." {
                continue;
            }
            if found.len() >= ENTRIES_MAX {
                let path = path.display().to_string();
                return Err(FsError::TooMany {
                    path,
                    max: ENTRIES_MAX,
                });
            }
            // An entry that went away since is none.
            if let Ok(stat) = rustix::fs::statat(&dir.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
                let text = OsStr::from_bytes(name.to_bytes())
                    .to_string_lossy()
                    .into_owned();
                found.push(FileInfo::new(text, &stat));
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Makes a directory and its parents with `mode` (bits as in `chmod`, not cut by the umask).
    /// What is there already stays as it is.
    ///
    /// # Errors
    /// [`FsError`] when a component is no directory or leads outside.
    pub fn make_dirs(&self, path: &Path, mode: u32) -> Result<Self, FsError> {
        let fail = |errno| FsError::from_errno("make", path, errno);
        let mut here = self.subdir(Path::new("."))?;
        for part in beneath(path)?.components() {
            let Component::Normal(name) = part else {
                continue;
            };
            let bits = Mode::from_raw_mode(mode);
            let made = rustix::fs::mkdirat(&here.fd, name, bits);
            let next = here.subdir(Path::new(name))?;
            match made {
                Ok(()) => rustix::fs::fchmod(&next.fd, bits).map_err(fail)?,
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(fail(errno)),
            }
            here = next;
        }
        Ok(here)
    }

    /// Writes a whole file with `mode`, replacing one that is there in a single step (written beside
    /// it and renamed), so that a symbolic link in its place is replaced, not followed.
    ///
    /// # Errors
    /// [`FsError`] when the directory of `path` is not there or outside.
    pub fn write_file(&self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), FsError> {
        let fail = |errno| FsError::from_errno("write", path, errno);
        let inside = beneath(path)?;
        let name = inside.file_name().ok_or(FsError::Escapes)?;
        let parent = inside
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let dir = self.subdir(parent.unwrap_or(Path::new(".")))?;
        let mut beside = OsStr::new(".").to_owned();
        beside.push(name);
        beside.push(".new");
        let _ = rustix::fs::unlinkat(&dir.fd, &beside, AtFlags::empty());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let bits = Mode::from_raw_mode(mode);
        let fd = rustix::fs::openat(&dir.fd, &beside, flags, bits).map_err(fail)?;
        rustix::fs::fchmod(&fd, bits).map_err(fail)?;
        let written = File::from(fd).write_all(bytes);
        let done = written.map_err(|source| {
            let path = path.display().to_string();
            FsError::Io {
                action: "write",
                path,
                source,
            }
        });
        let done =
            done.and_then(|()| rustix::fs::renameat(&dir.fd, &beside, &dir.fd, name).map_err(fail));
        if done.is_err() {
            let _ = rustix::fs::unlinkat(&dir.fd, &beside, AtFlags::empty());
        }
        done
    }

    /// Removes a file or an empty directory.
    ///
    /// # Errors
    /// [`FsError`] when it is not there or outside.
    pub fn remove(&self, path: &Path) -> Result<(), FsError> {
        let inside = beneath(path)?;
        let name = inside.file_name().ok_or(FsError::Escapes)?;
        let parent = inside
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let dir = self.subdir(parent.unwrap_or(Path::new(".")))?;
        let removed = match rustix::fs::unlinkat(&dir.fd, name, AtFlags::empty()) {
            Err(Errno::ISDIR) => rustix::fs::unlinkat(&dir.fd, name, AtFlags::REMOVEDIR),
            other => other,
        };
        removed.map_err(|errno| FsError::from_errno("remove", path, errno))
    }
}

/// The path below the handle: `/a/b` and `a/b` are the same, `.` is the handle itself. A path that
/// climbs above its start by its letters alone is refused before the kernel is asked.
fn beneath(path: &Path) -> Result<PathBuf, FsError> {
    let mut inside = PathBuf::new();
    let mut depth = 0usize;
    for part in path.components() {
        match part {
            Component::RootDir | Component::CurDir | Component::Prefix(_) => continue,
            Component::ParentDir => depth = depth.checked_sub(1).ok_or(FsError::Escapes)?,
            Component::Normal(_) => depth += 1,
        }
        inside.push(part);
    }
    if inside.as_os_str().is_empty() {
        inside.push(".");
    }
    Ok(inside)
}

fn display_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(OsStr::new("/"))
        .to_string_lossy()
        .into_owned()
}

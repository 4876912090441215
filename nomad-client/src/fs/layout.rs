//! The directories of an allocation and its tasks (spec/client 6).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nomad_core::id::{AllocId, TaskName};

use super::{Dir, FsError};

/// User and group that own what tasks may write: `nobody`.
const NOBODY: u32 = 65_534;
/// Marks a `secrets` or `private` directory that is mounted, so that it is not mounted twice.
const MOUNT_MARKER: &str = ".nomad-mount";
/// Size of the `private` file system, and of `secrets` unless the job asks for more, in MiB.
const SECRETS_MIB: u64 = 1;

/// An allocation's directories could not be made or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A directory could not be made.
    #[error("build the allocation's directories: {0}")]
    Make(#[from] FsError),
    /// The file system for secrets could not be mounted.
    #[error("mount the secrets of the task at {}: {errno}", path.display())]
    Mount {
        /// Mount point.
        path: PathBuf,
        /// What the kernel said.
        errno: Errno,
    },
    /// Something could not be removed.
    #[error("remove {}: {source}", path.display())]
    Remove {
        /// What could not be removed.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Where one task's files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPaths {
    /// `<task>`: the working directory.
    pub task: PathBuf,
    /// `<task>/local`.
    pub local: PathBuf,
    /// `<task>/secrets`.
    pub secrets: PathBuf,
    /// `<task>/private`, never shown to the task.
    pub private: PathBuf,
}

/// The directories of one allocation: `ALLOCS/<allocation>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocLayout {
    root: PathBuf,
    privileged: bool,
}

impl AllocLayout {
    /// The layout below `allocs_dir`. With `privileged` (root) directories get their owners and
    /// secrets lie in memory; without they stay with the agent's user on the disk.
    #[must_use]
    pub fn new(allocs_dir: &Path, alloc: AllocId, privileged: bool) -> Self {
        Self {
            root: allocs_dir.join(alloc.to_string()),
            privileged,
        }
    }

    /// `ALLOCS/<allocation>`.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `alloc`, shared by the tasks.
    #[must_use]
    pub fn shared(&self) -> PathBuf {
        self.root.join("alloc")
    }

    /// `alloc/logs`.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join("alloc/logs")
    }

    /// Where a task's files lie.
    #[must_use]
    pub fn task(&self, task: &TaskName) -> TaskPaths {
        let task = self.root.join(task.as_str());
        TaskPaths {
            local: task.join("local"),
            secrets: task.join("secrets"),
            private: task.join("private"),
            task,
        }
    }

    /// Makes what the tasks share. Again is fine.
    ///
    /// # Errors
    /// [`LayoutError::Make`].
    pub fn build_shared(&self) -> Result<(), LayoutError> {
        let source_error = |source| FsError::Io {
            action: "make",
            path: self.root.display().to_string(),
            source,
        };
        fs::create_dir_all(&self.root).map_err(source_error)?;
        let dir = Dir::open(&self.root)?;
        rustix::fs::fchmod(dir.as_fd(), rustix::fs::Mode::from_raw_mode(0o755))
            .map_err(|errno| FsError::from_errno("set the mode of", &self.root, errno))?;
        for path in ["alloc", "alloc/data", "alloc/logs", "alloc/tmp"] {
            self.make(&dir, Path::new(path), 0o777)?;
        }
        Ok(())
    }

    /// Makes a task's directories and mounts its secrets. Again is fine, also after a restart of
    /// the machine. `secrets_mib` is the size of `secrets`, 0 for the default.
    ///
    /// # Errors
    /// [`LayoutError`].
    pub fn build_task(&self, task: &TaskName, secrets_mib: u64) -> Result<TaskPaths, LayoutError> {
        let dir = Dir::open(&self.root)?;
        let base = Path::new(task.as_str());
        self.make(&dir, base, 0o777)?;
        self.make(&dir, &base.join("local"), 0o777)?;
        self.make(&dir, &base.join("tmp"), 0o1777)?;
        let secrets_mib = if secrets_mib == 0 {
            SECRETS_MIB
        } else {
            secrets_mib
        };
        for (name, size_mib) in [("secrets", secrets_mib), ("private", SECRETS_MIB)] {
            let path = base.join(name);
            let made = self.make(&dir, &path, 0o777)?;
            if self.privileged {
                mount_in_memory(&dir, &path, &made, size_mib)?;
            }
        }
        Ok(self.task(task))
    }

    fn make(&self, dir: &Dir, path: &Path, mode: u32) -> Result<Dir, FsError> {
        let made = dir.make_dirs(path, mode)?;
        if self.privileged {
            let (user, group) = (
                rustix::fs::Uid::from_raw(NOBODY),
                rustix::fs::Gid::from_raw(NOBODY),
            );
            rustix::fs::fchown(made.as_fd(), Some(user), Some(group))
                .map_err(|errno| FsError::from_errno("set the owner of", path, errno))?;
            // A change of owner may clear bits of the mode.
            rustix::fs::fchmod(made.as_fd(), rustix::fs::Mode::from_raw_mode(mode))
                .map_err(|errno| FsError::from_errno("set the mode of", path, errno))?;
        }
        Ok(made)
    }

    /// Unmounts a task's secrets: at its end, not at collection (spec/client 33.7).
    pub fn unmount_task(&self, task: &TaskName) {
        let paths = self.task(task);
        for path in [paths.secrets, paths.private] {
            unmount(&path);
        }
    }

    /// Removes everything of the allocation. What is gone already is fine.
    ///
    /// # Errors
    /// [`LayoutError::Remove`] with the first thing that could not be removed.
    pub fn destroy(&self) -> Result<(), LayoutError> {
        let tasks = fs::read_dir(&self.root).into_iter().flatten().flatten();
        for task in tasks {
            for name in ["secrets", "private"] {
                unmount(&task.path().join(name));
            }
        }
        match fs::remove_dir_all(&self.root) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(LayoutError::Remove {
                path: self.root.clone(),
                source,
            }),
            _ => Ok(()),
        }
    }
}

/// Mounts a file system in memory over `made`, unless its marker is there.
fn mount_in_memory(dir: &Dir, path: &Path, made: &Dir, size_mib: u64) -> Result<(), LayoutError> {
    if made.stat(Path::new(MOUNT_MARKER)).is_ok() {
        return Ok(());
    }
    let target = made.proc_path();
    let base = format!(
        "size={}k,mode=777,uid={NOBODY},gid={NOBODY}",
        size_mib.saturating_mul(1024)
    );
    let try_with = |options: &str| {
        mount(
            Some("tmpfs"),
            &target,
            Some("tmpfs"),
            MsFlags::MS_NOEXEC,
            Some(options),
        )
    };
    // Kernels before 6.4 do not know `noswap`.
    try_with(&format!("{base},noswap"))
        .or_else(|_| try_with(&base))
        .map_err(|errno| LayoutError::Mount {
            path: path.to_owned(),
            errno,
        })?;
    // The old handle is below the mount; a new one is above it.
    dir.subdir(path)?
        .write_file(Path::new(MOUNT_MARKER), b"", 0o644)?;
    Ok(())
}

/// Unmounts, also while somebody still has a file open. Links are not followed; what is not mounted
/// stays as it is.
fn unmount(path: &Path) {
    let _ = umount2(path, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW);
}

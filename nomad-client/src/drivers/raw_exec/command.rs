//! From a command in a job file to a program on this machine (spec/client 19.2).

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::super::{StartError, TaskDirs};
use crate::fs::Dir;

/// Mode of a command in the task's own directory that was not executable, such as a download.
const COMMAND_MODE: u32 = 0o755;

/// Finds the program: in the task's `local`, in the task's directory, at an absolute path, then in
/// `search_path`. One in the task's directory is made executable.
pub(super) fn find(
    command: &str,
    dirs: &TaskDirs,
    search_path: &str,
) -> Result<PathBuf, StartError> {
    let asked = Path::new(command);
    let mut looked_in = Vec::new();
    if let Ok(inside) = asked.strip_prefix(&dirs.task) {
        make_executable(&dirs.task, inside);
    }
    if asked.is_absolute() {
        looked_in.push(command.to_owned());
        return if asked.is_file() {
            Ok(asked.to_owned())
        } else {
            missing(command, looked_in)
        };
    }
    for dir in [&dirs.local, &dirs.task] {
        looked_in.push(dir.display().to_string());
        // Beneath the directory only: a link of an earlier task must not choose a host's program.
        if make_executable(dir, asked) {
            return Ok(dir.join(asked));
        }
    }
    if !command.contains('/') {
        for dir in search_path.split(':').filter(|dir| !dir.is_empty()) {
            looked_in.push(dir.to_owned());
            let found = Path::new(dir).join(command);
            if is_executable(&found) {
                return Ok(found);
            }
        }
    }
    missing(command, looked_in)
}

fn missing(command: &str, looked_in: Vec<String>) -> Result<PathBuf, StartError> {
    Err(StartError::CommandNotFound {
        command: command.to_owned(),
        looked_in,
    })
}

fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Gives a regular file beneath `dir` the mode of a command. False when there is no such file.
fn make_executable(dir: &Path, inside: &Path) -> bool {
    let Ok(file) = Dir::open(dir).and_then(|dir| dir.open_file(inside)) else {
        return false;
    };
    let mode = file
        .metadata()
        .map(|meta| meta.permissions().mode())
        .unwrap_or(0);
    if mode & 0o111 == 0 {
        // As an ordinary user it may be somebody else's; running it then tells.
        let _ = file.set_permissions(std::fs::Permissions::from_mode(COMMAND_MODE));
    }
    true
}

//! Starting a supervisor.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::handle::marks;
use super::order::VERSION;
use super::record::{self, Announcement};
use super::{ARGUMENT, Handle, LaunchError, LaunchSpec, Supervisor, boot_id};

/// How long a supervisor may take from its start to its announcement.
const ANNOUNCE_PATIENCE: Duration = Duration::from_secs(30);
/// How much of a dead supervisor's log is quoted, in bytes.
const LAST_WORDS_BYTES: usize = 512;

impl Supervisor {
    /// Starts a supervisor and returns when the command runs. The returned object's
    /// [`Supervisor::handle`] is to be stored before anybody is told that the task runs.
    ///
    /// # Errors
    /// [`LaunchError`]; nothing is left behind then.
    pub async fn launch(spec: LaunchSpec) -> Result<Self, LaunchError> {
        make_state_dir(&spec.state_dir)?;
        let launched = start(&spec).await;
        if launched.is_err() {
            let _ = std::fs::remove_dir_all(&spec.state_dir);
        }
        launched
    }
}

fn make_state_dir(path: &Path) -> Result<(), LaunchError> {
    let fail = |source| LaunchError::StateDir {
        path: path.to_owned(),
        source,
    };
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    if let Some(parent) = path.parent() {
        builder.recursive(true).create(parent).map_err(fail)?;
    }
    builder.recursive(false).create(path).map_err(fail)
}

async fn start(spec: &LaunchSpec) -> Result<Supervisor, LaunchError> {
    let mut child = spawn(spec)?;
    let talked = tokio::time::timeout(ANNOUNCE_PATIENCE, talk(&mut child, spec)).await;
    let announced = match talked {
        Ok(Ok(announced)) => announced,
        Ok(Err(source)) => {
            let _ = child.start_kill();
            return Err(LaunchError::Talk { source });
        }
        Err(_) => {
            let _ = child.start_kill();
            let (seconds, log) = (
                ANNOUNCE_PATIENCE.as_secs(),
                spec.state_dir.join(record::LOG),
            );
            return Err(LaunchError::Silent { seconds, log });
        }
    };
    // Collected by the runtime when it ends; nobody waits for it here.
    drop(tokio::spawn(async move { child.wait().await }));
    match serde_json::from_slice(&announced) {
        Ok(Announcement::Started {
            supervisor,
            task,
            at,
        }) => {
            let handle = Handle {
                version: VERSION,
                state_dir: spec.state_dir.clone(),
                boot_id: boot_id(),
                supervisor,
                task,
                group: spec.order.group.clone(),
                marks: marks(&spec.order.env),
                started_at: at,
            };
            Ok(Supervisor::attach(&handle)?)
        }
        Ok(Announcement::Failed { step, errno, text }) => Err(LaunchError::Step {
            step,
            errno,
            text: describe(spec, &text),
        }),
        Err(_) => Err(LaunchError::Died {
            last_words: last_words(&spec.state_dir),
        }),
    }
}

fn spawn(spec: &LaunchSpec) -> Result<Child, LaunchError> {
    let path = &spec.supervisor.path;
    let log = spec.state_dir.join(record::LOG);
    let log = File::options()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&log);
    let log = log.map_err(|source| LaunchError::StateDir {
        path: spec.state_dir.clone(),
        source,
    })?;
    let mut command = Command::new(path);
    command
        .arg0(&spec.supervisor.shown_as)
        .arg(ARGUMENT)
        .arg(&spec.state_dir)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log);
    command.spawn().map_err(|source| LaunchError::Spawn {
        path: path.clone(),
        source,
    })
}

/// Hands the order over and reads the announcement.
async fn talk(child: &mut Child, spec: &LaunchSpec) -> io::Result<Vec<u8>> {
    let order = serde_json::to_vec(&spec.order)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&order).await?;
        stdin.shutdown().await?;
    }
    let mut announced = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut announced).await?;
    }
    Ok(announced)
}

fn describe(spec: &LaunchSpec, text: &str) -> String {
    format!("{}: {text}", spec.order.program.display())
}

fn last_words(state_dir: &Path) -> String {
    let text = std::fs::read(state_dir.join(record::LOG)).unwrap_or_default();
    let start = text.len().saturating_sub(LAST_WORDS_BYTES);
    let tail = String::from_utf8_lossy(text.get(start..).unwrap_or_default())
        .trim()
        .to_owned();
    if tail.is_empty() {
        "it said nothing".to_owned()
    } else {
        tail
    }
}

//! Asking a supervisor, from the agent.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::protocol::{Ask, LINE_BYTES_MAX};
use super::{ControlError, record};
use crate::fs::Dir;

/// How long a supervisor may take to answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);

/// Sends one line and returns the answer. A supervisor that is gone means that the task is not
/// running.
pub(super) async fn ask(dir: &Dir, ask: Ask) -> Result<String, ControlError> {
    let talk = async {
        // By the directory's handle: the real path may be longer than a socket's path may be.
        let mut socket = UnixStream::connect(dir.proc_path().join(record::SOCKET)).await?;
        socket.write_all(format!("{ask}\n").as_bytes()).await?;
        socket.shutdown().await?;
        let mut answer = String::new();
        socket
            .take(LINE_BYTES_MAX as u64)
            .read_to_string(&mut answer)
            .await?;
        Ok(answer.trim_end().to_owned())
    };
    let answer: io::Result<String> = match tokio::time::timeout(ANSWER_PATIENCE, talk).await {
        Ok(answer) => answer,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    };
    match answer {
        Ok(answer) if answer == "error not running" => Err(ControlError::NotRunning),
        Ok(answer) if answer.is_empty() => Err(ControlError::NotRunning),
        Ok(answer) if answer.starts_with("error") => Err(ControlError::Refused {
            asked: ask.to_string(),
            answer,
        }),
        Ok(answer) => Ok(answer),
        Err(error) if is_gone(&error) => Err(ControlError::NotRunning),
        Err(source) => Err(ControlError::Talk { source }),
    }
}

fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, NotFound};
    matches!(
        error.kind(),
        NotFound | ConnectionRefused | ConnectionReset | BrokenPipe
    )
}

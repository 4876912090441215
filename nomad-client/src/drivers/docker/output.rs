//! A container's output, copied into the task's rotated files.
//!
//! The engine keeps the output; the instant of the last line that was copied lies beside the
//! driver's notes. An agent that comes later goes on from there: nothing is lost, and at most the
//! piece that was being written when the agent died comes twice.

use std::path::PathBuf;
use std::time::Duration;

use bollard::Docker as Api;
use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptions;
use bytes::Bytes;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::drivers::LogLimits;
use crate::logs::{LogWriter, Stream};

/// Pause before an engine that went away is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// Where the output goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Output {
    /// The directory `alloc/logs`.
    pub(super) logs_dir: PathBuf,
    /// The task.
    pub(super) task: String,
    /// Number of files per stream.
    pub(super) max_files: u32,
    /// Size of one.
    pub(super) max_file_bytes: u64,
    /// Where the instant of the last line is kept.
    pub(super) position: PathBuf,
}

impl Output {
    pub(super) fn new(
        logs_dir: PathBuf,
        task: String,
        limits: LogLimits,
        position: PathBuf,
    ) -> Self {
        Self {
            logs_dir,
            task,
            max_files: limits.max_files,
            max_file_bytes: limits.max_file_bytes,
            position,
        }
    }

    fn writer(&self, stream: Stream) -> Option<LogWriter> {
        let (files, bytes) = (self.max_files, self.max_file_bytes);
        let opened = LogWriter::open(&self.logs_dir, &self.task, stream, files, bytes);
        opened
            .inspect_err(|error| tracing::warn!(task = self.task, %error, "could not keep output"))
            .ok()
    }
}

struct Copy {
    output: Output,
    stdout: LogWriter,
    stderr: LogWriter,
    /// Instant of the last line, as the engine writes it; such texts compare as times do.
    last: String,
}

/// Copies until the container has ended and everything is copied.
pub(super) async fn copy(api: Api, container: String, output: Output) {
    let writers = output
        .writer(Stream::Stdout)
        .zip(output.writer(Stream::Stderr));
    let Some((stdout, stderr)) = writers else {
        return;
    };
    let last = std::fs::read_to_string(&output.position).unwrap_or_default();
    let mut copy = Copy {
        output,
        stdout,
        stderr,
        last: last.trim().to_owned(),
    };
    loop {
        let gone = copy.follow(&api, &container).await;
        if gone || !is_running(&api, &container).await {
            return;
        }
        // The engine was restarted, or rotated its own file away from under the reader.
        tokio::time::sleep(AGAIN).await;
    }
}

async fn is_running(api: &Api, container: &str) -> bool {
    match api.inspect_container(container, None).await {
        Ok(found) => found.state.and_then(|state| state.running).unwrap_or(false),
        Err(error) => !super::engine::is_missing(&error),
    }
}

impl Copy {
    /// Follows until the stream ends; true when the container is gone.
    async fn follow(&mut self, api: &Api, container: &str) -> bool {
        let options = LogsOptions {
            follow: true,
            stdout: true,
            stderr: true,
            timestamps: true,
            since: unix_seconds(&self.last),
            ..LogsOptions::default()
        };
        let mut lines = std::pin::pin!(api.logs(container, Some(options)));
        while let Some(line) = lines.next().await {
            match line {
                Ok(LogOutput::StdErr { message }) => self.take(&message, true),
                Ok(LogOutput::StdOut { message } | LogOutput::Console { message }) => {
                    self.take(&message, false);
                }
                Ok(LogOutput::StdIn { .. }) => {}
                Err(error) => return super::engine::is_missing(&error),
            }
        }
        false
    }

    /// A line (or a piece of a long one) with its instant before it.
    fn take(&mut self, message: &Bytes, is_error: bool) {
        let blank = message.iter().position(|byte| *byte == b' ');
        let (instant, text) = match blank.and_then(|at| message.split_at_checked(at)) {
            Some((instant, text)) => (instant, text.get(1..).unwrap_or_default()),
            None => (&[][..], &message[..]),
        };
        let instant = String::from_utf8_lossy(instant);
        if *instant <= *self.last {
            return;
        }
        let writer = if is_error {
            &mut self.stderr
        } else {
            &mut self.stdout
        };
        writer.write(text);
        self.last = instant.into_owned();
        // Not synced: it must survive the agent, not the machine.
        let _ = std::fs::write(&self.output.position, &self.last);
    }
}

/// Seconds of `2026-11-20T17:40:01.123456789Z` since the epoch, for the engine's `since`; 0 when
/// there is none.
fn unix_seconds(instant: &str) -> i32 {
    let number = |range: std::ops::Range<usize>| instant.get(range)?.parse::<i64>().ok();
    let seconds = || {
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        // Days since the epoch in the proleptic Gregorian calendar; March begins the year.
        let (y, m) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
        Some(((days * 24 + hour) * 60 + minute) * 60 + second)
    };
    seconds()
        .and_then(|seconds| i32::try_from(seconds).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;

    #[test]
    fn an_instant_of_the_engine_is_read_in_seconds() {
        assert_eq!(unix_seconds("1970-01-01T00:00:00Z"), 0);
        assert_eq!(unix_seconds("2024-02-29T12:00:01.5Z"), 1_709_208_001);
        assert_eq!(unix_seconds(""), 0);
    }
}

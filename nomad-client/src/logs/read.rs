//! The reading side: one output as a stream of frames, across files, while it is being written.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{LogFiles, Stream};
use crate::fs::{FRAME_BYTES_MAX, FileEvent, Frame, FsError, HEARTBEAT, Origin, blocking};

/// How often new output is looked for (spec/client 35).
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often a file that went away between listing and opening is looked for anew.
const PLACE_TRIES: u32 = 8;

/// Which part of which output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRequest {
    /// The directory `alloc/logs` on this machine.
    pub logs_dir: PathBuf,
    /// The task's name.
    pub task: String,
    /// Which output.
    pub stream: Stream,
    /// From where `offset` counts.
    pub origin: Origin,
    /// Bytes to skip from the origin, across files; more than there are is clamped.
    pub offset: u64,
    /// When given, `origin` and `offset` are ignored: begin this many lines before the end.
    pub last_lines: Option<u64>,
    /// Whether to wait for more at the end.
    pub follow: bool,
}

/// Sends the frames of an output to `out` (spec/client 30.4).
///
/// Without `follow` it ends at the end of the file that was the newest when it began. With `follow`
/// it ends when the receiver is dropped, or at the end of what is there after `until` was canceled
/// (the task has ended). Heartbeats are sent while nothing else is.
///
/// # Errors
/// [`FsError::NotFound`] when there is no file yet; others as they come.
pub async fn read(
    request: LogRequest,
    out: mpsc::Sender<Frame>,
    until: CancellationToken,
) -> Result<(), FsError> {
    let follow = request.follow;
    let mut cursor = blocking(move || Cursor::place(&request)).await??;
    let mut beat = Instant::now();
    loop {
        let ending = until.is_cancelled();
        let (next, step) = blocking(move || cursor.step(follow)).await?;
        cursor = next;
        match step? {
            Step::Send(frame) => {
                if out.send(frame).await.is_err() {
                    return Ok(());
                }
                beat = Instant::now();
            }
            Step::Moved => {}
            Step::AtEnd if !follow || ending => return Ok(()),
            Step::AtEnd => {
                if beat.elapsed() >= HEARTBEAT {
                    beat = Instant::now();
                    if out.send(Frame::default()).await.is_err() {
                        return Ok(());
                    }
                }
                tokio::select! {
                    () = out.closed() => return Ok(()),
                    () = until.cancelled() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
            }
        }
    }
}

/// What one step of the cursor found.
enum Step {
    /// Bytes.
    Send(Frame),
    /// The end of one file and the beginning of the next.
    Moved,
    /// Nothing more right now.
    AtEnd,
}

/// A place in the sequence of files.
struct Cursor {
    files: LogFiles,
    index: u64,
    file: File,
    at: u64,
    /// The newest file when reading began.
    last: u64,
    /// The file was at its end when a newer one was seen first; it is read once more, because its
    /// last bytes may have come in between.
    is_drained: bool,
}

impl Cursor {
    fn place(request: &LogRequest) -> Result<Self, FsError> {
        let files = LogFiles::open(&request.logs_dir, &request.task, request.stream)?;
        let missing = || FsError::NotFound {
            path: format!("alloc/logs/{}", files.name(0).display()),
        };
        let mut refused = missing();
        for _ in 0..PLACE_TRIES {
            let found = files.list()?;
            let Some((last, _)) = found.last().copied() else {
                return Err(missing());
            };
            let (index, at) = match (request.last_lines, request.origin) {
                (Some(lines), _) => last_lines(&files, &found, lines)?,
                (None, Origin::Start) => from_start(&found, request.offset),
                (None, Origin::End) => from_end(&found, request.offset),
            };
            match files.dir().open_file(&files.name(index)) {
                Ok(file) => {
                    return Ok(Self {
                        files,
                        index,
                        file,
                        at,
                        last,
                        is_drained: false,
                    });
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn step(mut self, follow: bool) -> (Self, Result<Step, FsError>) {
        let step = self.advance(follow);
        (self, step)
    }

    fn advance(&mut self, follow: bool) -> Result<Step, FsError> {
        let mut data = vec![0; FRAME_BYTES_MAX];
        let read = self
            .file
            .read_at(&mut data, self.at)
            .map_err(|source| self.fail(source))?;
        if read > 0 {
            data.truncate(read);
            data.shrink_to_fit();
            self.at += read as u64;
            self.is_drained = false;
            let file = format!("alloc/logs/{}", self.files.name(self.index).display());
            return Ok(Step::Send(Frame {
                offset: self.at,
                data,
                file,
                file_event: FileEvent::None,
            }));
        }
        if !follow && self.index >= self.last {
            return Ok(Step::AtEnd);
        }
        let next = self
            .files
            .list()?
            .into_iter()
            .find(|(index, _)| *index > self.index);
        let Some((next, _)) = next else {
            return Ok(Step::AtEnd);
        };
        if !self.is_drained {
            self.is_drained = true;
            return Ok(Step::Moved);
        }
        match self.files.dir().open_file(&self.files.name(next)) {
            Ok(file) => {
                (self.file, self.index, self.at, self.is_drained) = (file, next, 0, false);
                Ok(Step::Moved)
            }
            // Removed since it was listed: the next look finds the one after it.
            Err(FsError::NotFound { .. }) => Ok(Step::Moved),
            Err(error) => Err(error),
        }
    }

    fn fail(&self, source: io::Error) -> FsError {
        let path = self.files.name(self.index).display().to_string();
        FsError::Io {
            action: "read",
            path,
            source,
        }
    }
}

/// File and position `offset` bytes after the oldest byte.
fn from_start(found: &[(u64, u64)], offset: u64) -> (u64, u64) {
    let mut left = offset;
    for (index, size) in found {
        if left < *size {
            return (*index, left);
        }
        left -= size;
    }
    found.last().map_or((0, 0), |(index, size)| (*index, *size))
}

/// File and position `offset` bytes before the newest byte.
fn from_end(found: &[(u64, u64)], offset: u64) -> (u64, u64) {
    let mut left = offset;
    for (index, size) in found.iter().rev() {
        if left <= *size {
            return (*index, size - left);
        }
        left -= size;
    }
    found.first().map_or((0, 0), |(index, _)| (*index, 0))
}

/// File and position where the last `lines` lines begin. A last line without an end counts.
fn last_lines(files: &LogFiles, found: &[(u64, u64)], lines: u64) -> Result<(u64, u64), FsError> {
    let mut wanted = lines;
    let mut is_last_byte = true;
    if lines == 0 {
        return Ok(from_end(found, 0));
    }
    for (index, size) in found.iter().rev() {
        let Ok(file) = files.dir().open_file(&files.name(*index)) else {
            break;
        };
        let mut end = *size;
        while end > 0 {
            let start = end.saturating_sub(FRAME_BYTES_MAX as u64);
            let mut data = vec![0; usize::try_from(end - start).unwrap_or(0)];
            let path = files.name(*index).display().to_string();
            file.read_exact_at(&mut data, start)
                .map_err(|source| FsError::Io {
                    action: "read",
                    path,
                    source,
                })?;
            for (at, byte) in data.iter().enumerate().rev() {
                if *byte == b'\n' && !is_last_byte {
                    wanted -= 1;
                    if wanted == 0 {
                        return Ok((*index, start + at as u64 + 1));
                    }
                }
                is_last_byte = false;
            }
            end = start;
        }
    }
    Ok(found.first().map_or((0, 0), |(index, _)| (*index, 0)))
}

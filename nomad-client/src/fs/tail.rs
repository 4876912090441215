//! Following one file: what is there, then what is added.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{AllocView, FRAME_BYTES_MAX, FileEvent, Frame, FsError, HEARTBEAT};

/// How often a followed file is looked at. (The reference: 250 ms.)
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// From where an offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// From the first byte.
    #[default]
    Start,
    /// Back from the last byte.
    End,
}

/// Which part of which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRequest {
    /// Path inside the allocation's directory.
    pub path: PathBuf,
    /// From where `offset` counts.
    pub origin: Origin,
    /// Bytes to skip, from the origin; more than there are is clamped.
    pub offset: u64,
    /// Most bytes to send; `None` is all.
    pub limit: Option<u64>,
    /// Whether to wait for more at the end.
    pub follow: bool,
}

struct Reader {
    view: Arc<AllocView>,
    request: StreamRequest,
    file: File,
    inode: u64,
    at: u64,
    left: u64,
}

/// Sends the frames of a file to `out`, until the end (or, when following, until the file is deleted
/// or the receiver is dropped). Heartbeats are sent only when following.
///
/// # Errors
/// [`FsError`] when the file cannot be opened or read. Errors after the first frame come too.
pub async fn stream(
    view: Arc<AllocView>,
    request: StreamRequest,
    out: mpsc::Sender<Frame>,
) -> Result<(), FsError> {
    let mut reader = blocking(move || Reader::open(view, request)).await??;
    let mut beat = Instant::now();
    loop {
        let (next, step) = blocking(move || reader.step()).await?;
        reader = next;
        match step? {
            Step::Send(frame) => {
                let ends = frame.file_event == FileEvent::Deleted;
                if out.send(frame).await.is_err() || ends || reader.left == 0 {
                    return Ok(());
                }
                beat = Instant::now();
            }
            Step::AtEnd if !reader.request.follow => return Ok(()),
            Step::AtEnd => {
                if beat.elapsed() >= HEARTBEAT {
                    beat = Instant::now();
                    if out.send(Frame::default()).await.is_err() {
                        return Ok(());
                    }
                }
                tokio::select! {
                    () = out.closed() => return Ok(()),
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
            }
        }
    }
}

/// Runs file operations where they may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, FsError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| FsError::Io {
            action: "run",
            path: "a file operation".to_owned(),
            source: io::Error::other(error),
        })
}

enum Step {
    Send(Frame),
    AtEnd,
}

impl Reader {
    fn open(view: Arc<AllocView>, request: StreamRequest) -> Result<Self, FsError> {
        let file = view.open_file(&request.path)?;
        let meta = file.metadata().map_err(|source| fail(&request, source))?;
        let at = match request.origin {
            Origin::Start => request.offset.min(meta.size()),
            Origin::End => meta.size().saturating_sub(request.offset),
        };
        let left = request.limit.unwrap_or(u64::MAX);
        Ok(Self {
            view,
            request,
            file,
            inode: meta.ino(),
            at,
            left,
        })
    }

    fn step(mut self) -> (Self, Result<Step, FsError>) {
        let step = self.advance();
        (self, step)
    }

    fn advance(&mut self) -> Result<Step, FsError> {
        let want = self.left.min(FRAME_BYTES_MAX as u64);
        let mut data = vec![0; usize::try_from(want).unwrap_or(FRAME_BYTES_MAX)];
        let read = self.file.read_at(&mut data, self.at);
        let read = read.map_err(|source| fail(&self.request, source))?;
        if read == 0 {
            return self.at_end();
        }
        data.truncate(read);
        self.at += read as u64;
        self.left -= read as u64;
        Ok(Step::Send(self.frame(data, FileEvent::None)))
    }

    fn frame(&self, data: Vec<u8>, file_event: FileEvent) -> Frame {
        let file = self.request.path.display().to_string();
        Frame {
            offset: self.at,
            data,
            file,
            file_event,
        }
    }

    /// Nothing more to read: has the file been cut, removed or replaced?
    fn at_end(&mut self) -> Result<Step, FsError> {
        if !self.request.follow {
            return Ok(Step::AtEnd);
        }
        let size = self
            .file
            .metadata()
            .map_err(|source| fail(&self.request, source))?
            .size();
        if size < self.at {
            self.at = 0;
            return Ok(Step::Send(self.frame(Vec::new(), FileEvent::Truncated)));
        }
        let there = self.view.open_file(&self.request.path).and_then(|file| {
            file.metadata()
                .map_err(|source| fail(&self.request, source))
        });
        match there {
            Ok(meta) if meta.ino() == self.inode => Ok(Step::AtEnd),
            _ => Ok(Step::Send(self.frame(Vec::new(), FileEvent::Deleted))),
        }
    }
}

fn fail(request: &StreamRequest, source: io::Error) -> FsError {
    FsError::Io {
        action: "read",
        path: request.path.display().to_string(),
        source,
    }
}

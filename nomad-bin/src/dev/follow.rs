//! What tasks print, line by line, with a prefix per task.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

use nomad_client::fs::{FRAMES_BUFFERED_MAX, Origin};
use nomad_client::logs::{LogRequest, Stream, read};
use nomad_client::shell::ClientHandle;
use nomad_core::id::{AllocId, TaskName};
use nomad_core::model::TaskLifeState;
use nomad_core::state::State;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Longest line shown whole, in bytes; longer ones are cut into pieces.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// Follows the output of every task once.
pub(super) struct Followers {
    client: Arc<ClientHandle>,
    known: BTreeSet<(AllocId, TaskName)>,
    running: JoinSet<()>,
}

impl Followers {
    pub(super) fn new(client: Arc<ClientHandle>) -> Self {
        Self {
            client,
            known: BTreeSet::new(),
            running: JoinSet::new(),
        }
    }

    /// Begins to follow tasks that have started since the last call.
    pub(super) fn update(&mut self, state: &State) {
        for alloc in state.allocs() {
            for (task, shown) in &alloc.task_states {
                let began = shown.state != TaskLifeState::Pending && !shown.started_at.is_zero();
                let key = (alloc.id, task.clone());
                if !began || !self.known.insert(key) {
                    continue;
                }
                let prefix = format!("{}[{}]", task, alloc.name_index());
                for stream in [Stream::Stdout, Stream::Stderr] {
                    let client = self.client.clone();
                    let (id, task, prefix) = (alloc.id, task.clone(), prefix.clone());
                    self.running.spawn(follow(client, id, task, stream, prefix));
                }
            }
        }
    }

    /// Waits until every task that has ended was shown to its end.
    pub(super) async fn finish(&mut self) {
        while self.running.join_next().await.is_some() {}
    }
}

async fn follow(
    client: Arc<ClientHandle>,
    id: AllocId,
    task: TaskName,
    stream: Stream,
    prefix: String,
) {
    let request = LogRequest {
        logs_dir: client.layout(id).logs(),
        task: task.to_string(),
        stream,
        origin: Origin::Start,
        offset: 0,
        last_lines: None,
        follow: true,
    };
    let until = client.task_end(id, &task);
    drop(client);
    let (out, mut frames) = mpsc::channel(FRAMES_BUFFERED_MAX);
    let reading = tokio::spawn(read(request, out, until));
    let mut rest = Vec::new();
    while let Some(frame) = frames.recv().await {
        rest.extend_from_slice(&frame.data);
        print_lines(&prefix, &mut rest);
    }
    if !rest.is_empty() {
        print_line(&prefix, &rest);
    }
    if let Ok(Err(error)) = reading.await {
        tracing::debug!(%error, task = %task, "output could not be followed");
    }
}

/// Prints the whole lines at the front of `rest`.
fn print_lines(prefix: &str, rest: &mut Vec<u8>) {
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let Some(end) = end.or((rest.len() > LINE_BYTES_MAX).then_some(LINE_BYTES_MAX)) else {
            return;
        };
        let line: Vec<u8> = rest
            .drain(..=end.min(rest.len().saturating_sub(1)))
            .collect();
        print_line(prefix, line.strip_suffix(b"\n").unwrap_or(&line));
    }
}

fn print_line(prefix: &str, line: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(prefix.as_bytes());
    let _ = out.write_all(b" | ");
    let _ = out.write_all(line);
    let _ = out.write_all(b"\n");
    let _ = out.flush();
}

//! `nomad alloc logs`.

use std::time::Duration;

use super::alloc_task::{GROUP, JOB, TASK, find, task, unnamed};
use crate::api::{ApiError, Client, Request, Stream};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, VERBOSE};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::tail::Tail;
use crate::cli::ui::Ui;

const STDERR: Flag = Flag::switch("stderr", "Display stderr.");
const STDOUT: Flag = Flag::switch("stdout", "Display stdout.");
const FOLLOW: Flag = Flag::switch(
    "f",
    "Follow the output. Without -stdout, -stderr or -tail, both streams are followed from their end.",
);
/// Shared with `alloc fs`.
pub(crate) const TAIL: Flag = Flag::switch("tail", "Display only the end.");
/// Shared with `alloc fs`.
pub(crate) const LINES: Flag = Flag::value(
    "n",
    "<lines>",
    "How many lines -tail displays. Default = 10",
);
/// Shared with `alloc fs`.
pub(crate) const BYTES: Flag = Flag::value("c", "<bytes>", "How many bytes -tail displays.");

/// How long the end of a followed log may pause before it counts as shown.
const SETTLE: Duration = Duration::from_millis(250);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "alloc logs",
    aliases: &["logs"],
    usage: "[options] <allocation> <task>",
    summary: "Streams the logs of a task",
    about: "Prints what a task wrote: stdout, or stderr on request. The task may be left out if the allocation \
            has only one.",
    flags: &[
        CONNECTION,
        &[
            STDERR, STDOUT, FOLLOW, TAIL, LINES, BYTES, TASK, JOB, GROUP, VERBOSE,
        ],
    ],
    words: Words::of(
        1,
        2,
        "This command takes one or two arguments: <allocation> <task>",
    ),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let tail = Tail::of(call.parsed.number(&LINES)?, call.parsed.number(&BYTES)?);
    let (out, err, follow) = (call.on(&STDOUT), call.on(&STDERR), call.on(&FOLLOW));
    let wants_tail = call.on(&TAIL) || call.parsed.given(&LINES) || call.parsed.given(&BYTES);
    if out && err {
        return Err(Failure::said("Unable to support both stdout and stderr"));
    }
    let client = call.client()?;
    let alloc = find(call, ui, &client).await?;
    let task = match task(call, &alloc) {
        Ok(Some(task)) => task,
        Ok(None) => return Err(unnamed(&alloc)),
        Err(failure) => {
            return Err(Failure::said(format!("Failed to validate task: {failure}")));
        }
    };
    let source = Source {
        client: &client,
        alloc: &alloc.id,
        task: &task,
    };
    let answer = if follow && !out && !err && !wants_tail {
        source.both(ui).await
    } else {
        source
            .one(
                ui,
                if err { "stderr" } else { "stdout" },
                follow,
                wants_tail.then_some(tail),
            )
            .await
    };
    answer.map_err(|source| Failure::Refused {
        said: "Error reading logs".into(),
        source,
    })?;
    Ok(0)
}

/// The logs of one task.
struct Source<'a> {
    client: &'a Client,
    alloc: &'a str,
    task: &'a str,
}

impl Source<'_> {
    fn request(&self, kind: &str, follow: bool) -> Request {
        Request::get("/v1/client/fs/logs")
            .segment(self.alloc)
            .with("task", self.task)
            .with("type", kind)
            .with("follow", follow.to_string())
            .with("plain", "true")
    }

    /// One stream: whole, or its end, and on if followed.
    async fn one(
        &self,
        ui: &mut Ui,
        kind: &str,
        follow: bool,
        tail: Option<Tail>,
    ) -> Result<(), ApiError> {
        let request = self.request(kind, follow);
        let request = match tail {
            Some(tail) => request
                .with("origin", "end")
                .with("offset", tail.window().to_string()),
            None => request.with("origin", "start").with("offset", "0"),
        };
        let mut stream = self.client.stream(request).await?;
        if let Some(tail) = tail {
            let found = window(&mut stream, tail, follow).await;
            if ui.bytes(tail.cut(&found)).is_err() {
                return Ok(());
            }
        }
        while let Some(piece) = stream.next().await {
            if ui.bytes(&piece).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Both streams from their end.
    async fn both(&self, ui: &mut Ui) -> Result<(), ApiError> {
        let from_end = |kind| {
            self.request(kind, true)
                .with("origin", "end")
                .with("offset", "0")
        };
        let mut out = self.client.stream(from_end("stdout")).await?;
        let mut err = self.client.stream(from_end("stderr")).await?;
        let (mut out_open, mut err_open) = (true, true);
        while out_open || err_open {
            let written = tokio::select! {
                piece = out.next(), if out_open => match piece {
                    Some(piece) => ui.bytes(&piece),
                    None => { out_open = false; Ok(()) }
                },
                piece = err.next(), if err_open => match piece {
                    Some(piece) => ui.error_bytes(&piece),
                    None => { err_open = false; Ok(()) }
                },
            };
            if written.is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// What is in the window at the end: all of an output that ends, or what is there when a followed one pauses.
async fn window(stream: &mut Stream, tail: Tail, follow: bool) -> Vec<u8> {
    let mut found = Vec::new();
    let full = |found: &Vec<u8>| u64::try_from(found.len()).is_ok_and(|n| n >= tail.window());
    while !(follow && full(&found)) {
        let next = if follow {
            match tokio::time::timeout(SETTLE, stream.next()).await {
                Ok(next) => next,
                Err(_) => break,
            }
        } else {
            stream.next().await
        };
        match next {
            Some(piece) => found.extend_from_slice(&piece),
            None => break,
        }
    }
    found
}

//! `nomad alloc fs`.

use serde::Deserialize;

use super::alloc_logs::{BYTES, LINES, TAIL};
use super::alloc_task::{GROUP, JOB, find};
use crate::api::{Client, Frames, Moment, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, VERBOSE};
use crate::cli::layout::{bytes, table};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::tail::Tail;
use crate::cli::ui::Ui;

const MACHINE: Flag = Flag::switch("H", "Machine friendly output: sizes in bytes.");
const STAT: Flag = Flag::switch(
    "stat",
    "Show the properties of the file instead of its content.",
);
const FOLLOW: Flag = Flag::switch("f", "Output what is appended to the file as it grows.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "alloc fs",
    aliases: &["fs"],
    usage: "[options] <allocation> <path>",
    summary: "Inspect the contents of an allocation directory",
    about: "Lists a directory of an allocation or prints a file of it. The path is relative to the directory of \
            the allocation; without one, that directory is listed.",
    flags: &[
        CONNECTION,
        &[
            MACHINE, STAT, FOLLOW, TAIL, LINES, BYTES, JOB, GROUP, VERBOSE,
        ],
    ],
    words: Words::of(
        1,
        2,
        "This command takes one or two arguments: <allocation> <path>",
    ),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

/// A file of an allocation.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    name: String,
    is_dir: bool,
    size: u64,
    file_mode: String,
    mod_time: Moment,
    content_type: String,
}

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let tail = Tail::of(call.parsed.number(&LINES)?, call.parsed.number(&BYTES)?);
    let client = call.client()?;
    let alloc = find(call, ui, &client).await?;
    let place = Place {
        client: &client,
        alloc: &alloc.id,
        path: call.parsed.word(1).unwrap_or("/"),
    };
    let entry: Entry = client
        .value(place.request("stat"))
        .await
        .map_err(Failure::Bare)?;
    if call.on(&STAT) {
        ui.line(listing(call, &[entry], true));
    } else if entry.is_dir {
        let entries: Vec<Entry> = client
            .value(place.request("ls"))
            .await
            .map_err(Failure::Bare)?;
        ui.line(listing(call, &entries, false));
    } else if call.on(&TAIL) || call.parsed.given(&LINES) || call.parsed.given(&BYTES) {
        let from = entry.size.saturating_sub(tail.window());
        let request = place.request("readat").with("offset", from.to_string());
        let found = read(&client, request).await?;
        let written = ui.bytes(tail.cut(&found));
        if call.on(&FOLLOW) && written.is_ok() {
            place
                .follow(ui, from + u64::try_from(found.len()).unwrap_or(0))
                .await?;
        }
    } else if call.on(&FOLLOW) {
        place.follow(ui, 0).await?;
    } else {
        let mut stream = client
            .stream(place.request("cat"))
            .await
            .map_err(Failure::Bare)?;
        while let Some(piece) = stream.next().await {
            if ui.bytes(&piece).is_err() {
                break;
            }
        }
    }
    Ok(0)
}

/// A path in an allocation.
struct Place<'a> {
    client: &'a Client,
    alloc: &'a str,
    path: &'a str,
}

impl Place<'_> {
    fn request(&self, verb: &str) -> Request {
        Request::get("/v1/client/fs")
            .segment(verb)
            .segment(self.alloc)
            .with("path", self.path)
    }

    /// Prints what is appended after `offset`, until the reader or the agent goes away.
    async fn follow(&self, ui: &mut Ui, offset: u64) -> Result<(), Failure> {
        let request = self
            .request("stream")
            .with("origin", "start")
            .with("offset", offset.to_string())
            .with("follow", "true");
        let mut stream = self.client.stream(request).await.map_err(Failure::Bare)?;
        let mut frames = Frames::default();
        while let Some(piece) = stream.next().await {
            for frame in frames.push(&piece) {
                if !frame.file_event.is_empty() {
                    ui.note(format!("nomad: {}", frame.file_event));
                }
                if ui.bytes(&frame.bytes()).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

async fn read(client: &Client, request: Request) -> Result<Vec<u8>, Failure> {
    let mut stream = client.stream(request).await.map_err(Failure::Bare)?;
    let mut found = Vec::new();
    while let Some(piece) = stream.next().await {
        found.extend_from_slice(&piece);
    }
    Ok(found)
}

fn listing(call: &Call, entries: &[Entry], stat: bool) -> String {
    let rows: Vec<Vec<String>> = entries.iter().map(|entry| row(call, entry, stat)).collect();
    let header: &[&str] = if stat {
        &["Mode", "Size", "Modified Time", "Content Type", "Name"]
    } else {
        &["Mode", "Size", "Modified Time", "Name"]
    };
    table(header, &rows)
}

fn row(call: &Call, entry: &Entry, stat: bool) -> Vec<String> {
    let size = if call.on(&MACHINE) {
        entry.size.to_string()
    } else {
        bytes(entry.size)
    };
    let slash = if entry.is_dir { "/" } else { "" };
    let mut row = vec![
        entry.file_mode.clone(),
        size,
        entry.mod_time.absolute(&call.zone),
    ];
    if stat {
        row.push(entry.content_type.clone());
    }
    row.push(format!("{}{slash}", entry.name));
    row
}

//! Recorded command lines of the reference, replayed in order against a real agent. Prints how many agree;
//! differences are shown with `NOMAD_GOLDEN_SHOW=1`. Commands that do not exist here are left out of the count.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod agent;
mod normal;
mod recording;
mod replay;

use std::path::{Path, PathBuf};

use agent::Agent;
use recording::{Recording, recordings};
use replay::Replay;

/// Words of the commands that exist, with their aliases.
const IMPLEMENTED: &[&str] = &[
    "-version",
    "alloc fs",
    "alloc logs",
    "alloc restart",
    "alloc status",
    "alloc stop",
    "deployment fail",
    "deployment list",
    "deployment pause",
    "deployment promote",
    "deployment resume",
    "deployment status",
    "eval list",
    "eval status",
    "fs",
    "init",
    "inspect",
    "job allocs",
    "job deployments",
    "job eval",
    "job history",
    "job init",
    "job inspect",
    "job nosuch",
    "job plan",
    "job promote",
    "job revert",
    "job run",
    "job scale",
    "job status",
    "job stop",
    "job validate",
    "logs",
    "node eligibility",
    "node status",
    "nosuchcommand",
    "plan",
    "run",
    "server members",
    "status",
    "stop",
    "system gc",
    "validate",
    "version",
];

fn is_implemented(recording: &Recording) -> bool {
    let words = &recording.cmd;
    let two = words.get(..2).map(|two| two.join(" ")).unwrap_or_default();
    IMPLEMENTED.contains(&two.as_str())
        || words.first().is_some_and(|one| IMPLEMENTED.contains(&one.as_str()))
        // A group word alone.
        || words.as_slice() == ["deployment"]
}

fn golden() -> PathBuf {
    let root = std::env::var("NOMAD_GOLDEN").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden"),
        PathBuf::from,
    );
    root.join("cli")
}

#[test]
fn recorded_command_lines_are_answered_alike() {
    let folder = golden();
    if !folder.is_dir() {
        eprintln!("skipped: no recordings at {}", folder.display());
        return;
    }
    // A running agent may be named, to look into a difference.
    let named = std::env::var("NOMAD_GOLDEN_ADDR");
    let started = match &named {
        Ok(_) => None,
        Err(_) => match Agent::start() {
            Ok(agent) => Some(agent),
            Err(reason) => {
                eprintln!("skipped: {reason}");
                return;
            }
        },
    };
    let address = started
        .as_ref()
        .map_or_else(|| named.unwrap_or_default(), |a| a.address.clone());
    let work = tempfile::tempdir().unwrap();
    let show = std::env::var("NOMAD_GOLDEN_SHOW").is_ok();
    let mut replay = Replay::new(&address, work.path());
    let (mut same, mut total) = (0, 0);
    let all = recordings(&folder);
    for recording in all.iter().filter(|r| r.set == "main" && is_implemented(r)) {
        let differences = replay.run(recording);
        total += 1;
        match differences {
            None => same += 1,
            Some(text) if show => eprintln!("--- {}: {text}", recording.name),
            Some(_) => eprintln!("differs: {}", recording.name),
        }
    }
    println!("conformance cli: {same}/{total}");
    println!("error texts of our own: {}", replay.own_words.join(" "));
    assert!(total > 0, "no recording was found in {}", folder.display());
}

//! What fits on a node, what it sums to, how it scores.

use nomad_core::fit::{Amounts, Ledger, Misfit, check_allocs};
use nomad_core::model::Allocation;
use nomad_core::rank::{binpack_score, spread_score};
use serde_json::Value;

use super::golden::{Answer, Row, alloc, compare, expect, list, node, rows, short};

fn close(what: &str, theirs: &Value, ours: f64) -> Result<(), String> {
    let theirs = theirs.as_f64().unwrap_or(0.0);
    let near = (theirs - ours).abs() <= 1e-9 * theirs.abs().max(1.0);
    if near {
        Ok(())
    } else {
        Err(format!("{what}: theirs {theirs} ours {ours}"))
    }
}

fn scores(row: &Row, room: &Amounts, used: &Amounts) -> Result<(), String> {
    let (packed, spread) = (binpack_score(room, used), spread_score(room, used));
    close("binpack", &row.output["ScoreBinPack"], packed * 18.0)?;
    close("spread", &row.output["ScoreSpread"], spread * 18.0)?;
    close("binpack/18", &row.output["NormalizedBinPack"], packed)
}

fn score_only(row: &Row) -> Result<(), String> {
    let number = |key: &str| row.input["Score"][key].as_i64().unwrap_or(0);
    let room = Amounts {
        cpu: number("NodeCpu") - number("ReservedCpu"),
        memory: number("NodeMemoryMB") - number("ReservedMemoryMB"),
        ..Amounts::default()
    };
    let used = Amounts {
        cpu: number("UsedCpu"),
        memory: number("UsedMemoryMB"),
        ..Amounts::default()
    };
    scores(row, &room, &used)
}

/// The reference counts allocations that ended against the node's limit.
fn counts_ended(row: &Row) -> bool {
    row.output["Error"].is_string()
        && list(&row.input["Allocs"])
            .iter()
            .any(|input| alloc(input).is_client_terminal())
}

fn judge(row: &Row) -> Answer {
    let judged = match row.input["Score"].is_null() {
        false => score_only(row),
        true => judge_node(row),
    };
    match judged {
        Err(_) if counts_ended(row) => {
            Answer::Rule("ended allocations do not count against a limit")
        }
        judged => judged.into(),
    }
}

fn judge_node(row: &Row) -> Result<(), String> {
    let node = node(&row.input["Node"]);
    let allocs: Vec<Allocation> = list(&row.input["Allocs"]).iter().map(alloc).collect();
    let theirs = row.output["Dimension"].as_str().unwrap_or("");
    let verdict = match check_allocs(&node, &allocs) {
        Err(Misfit::DeviceOversubscribed) if row.input["CheckDevices"] != true => Ok(()),
        verdict => verdict,
    };
    let ours = verdict
        .as_ref()
        .err()
        .map(ToString::to_string)
        .unwrap_or_default();
    let ours = ours
        .split(' ')
        .map(|word| match word.strip_suffix(':') {
            Some(id) => format!("{}:", short(id)),
            None => short(word),
        })
        .collect::<Vec<_>>()
        .join(" ");
    expect("dimension", theirs, &*ours)?;
    if row.output["Error"].is_null() {
        let ledger = Ledger::for_node(&allocs);
        let used = &row.output["Used"];
        expect(
            "cpu",
            used["CpuShares"].as_i64().unwrap_or(0),
            ledger.used().cpu,
        )?;
        expect(
            "memory",
            used["MemoryMB"].as_i64().unwrap_or(0),
            ledger.used().memory,
        )?;
        expect(
            "memory max",
            used["MemoryMaxMB"].as_i64().unwrap_or(0),
            ledger.used().memory_max,
        )?;
        expect(
            "disk",
            used["DiskMB"].as_i64().unwrap_or(0),
            ledger.used().disk,
        )?;
        scores(row, &nomad_core::fit::available(&node), ledger.used())?;
    }
    Ok(())
}

#[test]
fn what_fits_is_what_the_reference_says_fits() {
    compare(
        "fit",
        1134,
        rows("fit").iter().map(|row| (row.id.clone(), judge(row))),
    );
}

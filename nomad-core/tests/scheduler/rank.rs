//! What every node means for a group: refused, exhausted, or scored part by part.

use nomad_core::schedule::{Policy, Verdict, explain};
use serde_json::Value;

use super::golden::{Answer, Row, compare, entries, get, list, node_id, rows};
use super::schedule::load;

fn close(what: &str, theirs: f64, ours: f64) -> Result<(), String> {
    match (theirs - ours).abs() <= 1e-9 * theirs.abs().max(1.0) {
        true => Ok(()),
        false => Err(format!("{what}: theirs {theirs} ours {ours}")),
    }
}

fn compare_node(theirs: &Value, ours: &Verdict) -> Result<(), String> {
    let refused = theirs["Filtered"].as_str();
    let exhausted = theirs["Exhausted"].as_str();
    match (refused, exhausted, ours) {
        (Some(reason), _, Verdict::Refused(refusal)) if refusal.to_string() == reason => Ok(()),
        (_, Some(reason), Verdict::Exhausted(misfit)) if misfit.to_string() == reason => Ok(()),
        (None, None, Verdict::Scored { parts, score }) => {
            let listed = parts.listed();
            for (name, part) in entries(&theirs["Scores"]) {
                let ours = listed
                    .get(name)
                    .ok_or_else(|| format!("{name} is missing"))?;
                close(name, part.as_f64().unwrap_or(0.0), *ours)?;
            }
            if listed.len() != entries(&theirs["Scores"]).count() {
                return Err(format!("parts: theirs {theirs} ours {listed:?}"));
            }
            close("score", theirs["NormScore"].as_f64().unwrap_or(0.0), *score)
        }
        _ => Err(format!("theirs {theirs} ours {ours}")),
    }
}

/// Two spreads of one attribute: the reference scores both with the settings of the last.
fn repeats_attribute(row: &Row) -> bool {
    let job = list(&row.input["Jobs"])
        .iter()
        .find(|job| job["ID"] == row.input["Job"]);
    let job = job.unwrap_or(&Value::Null);
    let groups = list(&job["TaskGroups"])
        .iter()
        .flat_map(|group| list(&group["Spreads"]));
    let all = list(&job["Spreads"]).iter().chain(groups);
    let mut attributes: Vec<&str> = all
        .filter_map(|spread| spread["Attribute"].as_str())
        .collect();
    let many = attributes.len();
    attributes.sort_unstable();
    attributes.dedup();
    attributes.len() < many
}

fn judge(row: &Row) -> Answer {
    let state = load(&row.input);
    let key = nomad_core::id::JobKey::new("default".parse().unwrap(), get(&row.input["Job"]));
    let job = state.job(&key).unwrap();
    let group = job.task_groups[0].name.clone();
    let penalties: Vec<_> = list(&row.input["PenaltyNodes"])
        .iter()
        .map(node_id)
        .collect();
    let reasons = explain(&state, job, &group, &Policy::full(), &penalties);
    for (id, theirs) in entries(&row.output["Nodes"]) {
        let id = node_id(&Value::from(id.clone()));
        let ours = reasons.iter().find(|reason| reason.node == id).unwrap();
        if let Err(difference) = compare_node(theirs, &ours.verdict) {
            return match repeats_attribute(row) && difference.contains("spread") {
                true => Answer::Rule("every spread has its own weight and targets"),
                false => Answer::Differs(format!("{}: {difference}", ours.name)),
            };
        }
    }
    Answer::Same
}

#[test]
fn nodes_are_ranked_as_the_reference_ranks_them() {
    compare(
        "rank",
        486,
        rows("rank").iter().map(|row| (row.id.clone(), judge(row))),
    );
}

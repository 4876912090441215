//! `nomad status`: finds out what an id belongs to.

use std::collections::BTreeMap;

use serde_json::json;

use super::{alloc_status, deployment_status, eval_status, job_status, node_status};
use crate::api::Request;
use crate::api::view::Matches;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::{CONNECTION, UI, VERBOSE};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "status",
    usage: "[options] <identifier>",
    summary: "Display the status output for a resource",
    about: "Shows the status of whatever has this ID or prefix: a job, an allocation, a node, an evaluation or \
            a deployment. Without one, jobs are listed.",
    flags: &[CONNECTION, &[VERBOSE, UI]],
    words: Words::of(
        0,
        1,
        "This command takes either no arguments or one: <identifier>",
    ),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let Some(typed) = call.parsed.word(0) else {
        return job_status::run(call, ui).await;
    };
    let request = Request::put("/v1/search").json(&json!({"Prefix": typed, "Context": "all"}));
    let answer: Matches = call
        .client()?
        .value(request)
        .await
        .map_err(|source| Failure::Api {
            doing: "querying search with id".into(),
            source,
        })?;
    match choose(&answer.matches, typed)? {
        "jobs" => job_status::run(call, ui).await,
        "allocs" => alloc_status::run(call, ui).await,
        "nodes" => node_status::run(call, ui).await,
        "evals" => eval_status::run(call, ui).await,
        "deployment" => deployment_status::run(call, ui).await,
        other => Err(Failure::said(format!(
            "not supported yet: status of {other}"
        ))),
    }
}

/// The context that has the one match: an exact one, else the only one.
fn choose<'a>(matches: &'a BTreeMap<String, Vec<String>>, typed: &str) -> Result<&'a str, Failure> {
    let exact = matches
        .iter()
        .find(|(_, ids)| ids.iter().any(|id| id == typed));
    if let Some((context, _)) = exact {
        return Ok(context);
    }
    let found: Vec<(&String, &Vec<String>)> =
        matches.iter().filter(|(_, ids)| !ids.is_empty()).collect();
    match found.as_slice() {
        [] => Err(Failure::said(format!(
            "No matches found for id \"{typed}\""
        ))),
        [(context, ids)] if ids.len() == 1 => Ok(context),
        several => {
            let lists: Vec<String> = several
                .iter()
                .map(|(context, ids)| format!("{}:\n{}", title(context), ids.join(", ")))
                .collect();
            Err(Failure::said(format!(
                "Multiple matches found for id \"{typed}\"\n\n{}",
                lists.join("\n\n")
            )))
        }
    }
}

fn title(context: &str) -> String {
    let mut letters = context.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_id_wins_and_several_matches_are_listed() {
        let matches = BTreeMap::from([
            (
                "jobs".to_owned(),
                vec!["gold".to_owned(), "golden".to_owned()],
            ),
            ("nodes".to_owned(), vec![]),
        ]);
        assert_eq!(choose(&matches, "gold").unwrap(), "jobs");
        assert_eq!(
            choose(&matches, "go").unwrap_err().to_string(),
            "Multiple matches found for id \"go\"\n\nJobs:\ngold, golden"
        );
        assert!(
            choose(&BTreeMap::new(), "x")
                .unwrap_err()
                .to_string()
                .starts_with("No matches")
        );
    }
}

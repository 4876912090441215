//! From what was typed to the one object that is meant (spec/api-cli 3.3).

use serde::de::DeserializeOwned;

use super::call::Call;
use super::failure::Failure;
use super::render::{self, Look};
use super::ui::Ui;
use crate::api::view::{AllocStub, Deployment, Eval, JobStub, NodeStub};
use crate::api::{Client, Request};

/// Jobs that are listed when a prefix is ambiguous.
const JOBS_MAX: &str = "20";
/// Length of a whole id.
const ID_LENGTH: usize = 36;

/// A job that was meant.
pub(crate) struct FoundJob {
    /// Whole id.
    pub(crate) id: String,
    /// Its namespace, if the server said so.
    pub(crate) namespace: Option<String>,
    /// What was typed was the whole id.
    pub(crate) exact: bool,
}

impl FoundJob {
    /// `/v1/job/:id/...` in the job's namespace.
    pub(crate) fn request(&self, request: fn(&str) -> Request, rest: &[&str]) -> Request {
        let base = request("/v1/job").segment(&self.id);
        let request = rest
            .iter()
            .fold(base, |request, part| request.segment(part));
        request.maybe("namespace", self.namespace.clone())
    }
}

/// The page settings of a call.
pub(crate) fn look<'a>(call: &'a Call, ui: &Ui) -> Look<'a> {
    Look {
        verbose: call.verbose(),
        now: call.now(),
        zone: &call.zone,
        paint: ui.paint,
    }
}

/// Finds the job with this id or prefix.
pub(crate) async fn job(
    call: &Call,
    ui: &Ui,
    client: &Client,
    typed: &str,
) -> Result<FoundJob, Failure> {
    let request = Request::get("/v1/jobs")
        .with("prefix", typed)
        .with("per_page", JOBS_MAX);
    let answer = match client.ask::<Vec<JobStub>>(request).await {
        // Whoever may not list may still know the id.
        Err(error) if error.status() == Some(403) => {
            return Ok(FoundJob {
                id: typed.to_owned(),
                namespace: None,
                exact: true,
            });
        }
        answer => answer.map_err(Failure::api("querying job prefix"))?,
    };
    choose(call, ui, typed, &answer.value, answer.next_token.is_some())
}

fn choose(
    call: &Call,
    ui: &Ui,
    typed: &str,
    jobs: &[JobStub],
    more: bool,
) -> Result<FoundJob, Failure> {
    let not_found = || Failure::NotFound {
        kind: "job",
        id_word: "ID",
        id: typed.to_owned(),
    };
    let first = jobs.first().ok_or_else(not_found)?;
    let exact = first.id == typed;
    let twice = call.all_namespaces() && jobs.iter().filter(|job| job.id == typed).count() > 1;
    if jobs.len() > 1 && (!exact || twice) {
        let all = call.all_namespaces();
        let mut table = render::job::list(jobs, all, &look(call, ui));
        if more {
            table.push_str("\n\nMore jobs match; the list is not complete.");
        }
        return Err(Failure::Ambiguous {
            kinds: "jobs",
            table,
        });
    }
    let namespace = Some(first.namespace.clone()).filter(|name| !name.is_empty());
    Ok(FoundJob {
        id: first.id.clone(),
        namespace,
        exact,
    })
}

/// The part of an id that the server searches by: whole bytes.
fn searchable(typed: &str) -> Result<String, Failure> {
    let digits = typed.chars().filter(|c| *c != '-').count();
    if digits < 2 {
        return Err(Failure::ShortId);
    }
    let mut text = typed.to_owned();
    if digits % 2 == 1 {
        text.pop();
        if text.ends_with('-') {
            text.pop();
        }
    }
    Ok(text)
}

async fn matching<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    typed: &str,
    doing: &'static str,
) -> Result<Vec<T>, Failure> {
    let request = Request::get(path).with("prefix", searchable(typed)?);
    client.value(request).await.map_err(Failure::api(doing))
}

/// The id of the allocation with this id or prefix.
pub(crate) async fn alloc(
    call: &Call,
    ui: &Ui,
    client: &Client,
    typed: &str,
) -> Result<String, Failure> {
    if typed.len() == ID_LENGTH {
        return Ok(typed.to_owned());
    }
    let found: Vec<AllocStub> =
        matching(client, "/v1/allocations", typed, "querying allocation").await?;
    let table = |all: &[AllocStub]| render::allocs::newest_first(all, &look(call, ui));
    only("allocation", "allocations", typed, &found, |a| &a.id, table)
}

/// The id of the node with this id or prefix.
pub(crate) async fn node(
    call: &Call,
    ui: &Ui,
    client: &Client,
    typed: &str,
) -> Result<String, Failure> {
    let found: Vec<NodeStub> = matching(client, "/v1/nodes", typed, "querying node info").await?;
    let extra = render::node::Extra::default();
    let table = |all: &[NodeStub]| render::node::list(all, extra, None, &look(call, ui));
    only("node", "nodes", typed, &found, |n| &n.id, table)
}

/// The id of the evaluation with this id or prefix.
pub(crate) async fn eval(
    call: &Call,
    ui: &Ui,
    client: &Client,
    typed: &str,
) -> Result<String, Failure> {
    if typed.len() == ID_LENGTH {
        return Ok(typed.to_owned());
    }
    let found: Vec<Eval> =
        matching(client, "/v1/evaluations", typed, "querying evaluation").await?;
    let table = |all: &[Eval]| render::eval::list(all, &look(call, ui));
    only("evaluation", "evaluations", typed, &found, |e| &e.id, table)
}

/// The id of the deployment with this id or prefix.
pub(crate) async fn deployment(
    call: &Call,
    ui: &Ui,
    client: &Client,
    typed: &str,
) -> Result<String, Failure> {
    if typed.len() == ID_LENGTH {
        return Ok(typed.to_owned());
    }
    let found: Vec<Deployment> =
        matching(client, "/v1/deployments", typed, "retrieving deployment").await?;
    let table = |all: &[Deployment]| render::deployment::list(all, &look(call, ui));
    only("deployment", "deployments", typed, &found, |d| &d.id, table)
}

/// The one of `found` that is meant.
fn only<T>(
    kind: &'static str,
    kinds: &'static str,
    typed: &str,
    found: &[T],
    id: fn(&T) -> &String,
    table: impl Fn(&[T]) -> String,
) -> Result<String, Failure> {
    // The server may have searched by a shorter prefix than was typed.
    let mut meant = found.iter().filter(|object| id(object).starts_with(typed));
    match (meant.next(), meant.next()) {
        (Some(one), None) => Ok(id(one).clone()),
        (None, _) => Err(Failure::NotFound {
            kind,
            id_word: "id",
            id: typed.to_owned(),
        }),
        (Some(_), Some(_)) => Err(Failure::Ambiguous {
            kinds,
            table: table(found),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_cut_to_whole_bytes_and_one_character_is_too_few() {
        assert_eq!(searchable("abc").unwrap(), "ab");
        assert_eq!(searchable("01234567-8").unwrap(), "01234567");
        assert_eq!(searchable("0123").unwrap(), "0123");
        assert!(matches!(searchable("a"), Err(Failure::ShortId)));
    }

    #[test]
    fn a_prefix_means_one_object_or_says_why_not() {
        let ids = ["aabb".to_owned(), "aacc".to_owned()];
        let find = |typed| only("node", "nodes", typed, &ids, |id| id, |_| "table".into());
        assert_eq!(find("aab").unwrap(), "aabb");
        assert_eq!(
            find("aa").unwrap_err().to_string(),
            "Prefix matched multiple nodes\n\ntable"
        );
        let text = find("dead").unwrap_err().to_string();
        assert_eq!(text, "No node(s) with prefix or id \"dead\" found");
    }
}

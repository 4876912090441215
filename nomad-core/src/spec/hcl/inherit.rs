//! What the parser hands down (spec/api-cli 4.4): names, vault and secret blocks, tasks that stand
//! directly under the job.

use super::schema::Object;
use serde_json::{Value as Json, json};

/// Completes the JSON of a job with its label.
pub(super) fn complete_job(job: &mut Object, label: &str, empty_group: impl Fn() -> Object) {
    if job.get("ID").is_none_or(Json::is_null) {
        job.insert("ID".to_owned(), json!(label));
    }
    if job.get("Name").is_none_or(Json::is_null) {
        // The label is the id and the name; an id of its own leaves the name.
        job.insert("Name".to_owned(), json!(label));
    }
    let vault = job.remove("vault_block").filter(|vault| !vault.is_null());
    let secrets = take_list(job, "secret_blocks");
    let mut groups = Vec::new();
    for task in take_list(job, "task_blocks") {
        let mut group = empty_group();
        group.insert(
            "Name".to_owned(),
            task.get("Name").cloned().unwrap_or_default(),
        );
        group.insert("Tasks".to_owned(), Json::Array(vec![task]));
        groups.push(Json::Object(group));
    }
    groups.extend(take_list(job, "TaskGroups"));
    for group in groups.iter_mut().filter_map(Json::as_object_mut) {
        complete_group(group, vault.as_ref(), &secrets);
    }
    let groups = if groups.is_empty() {
        Json::Null
    } else {
        Json::Array(groups)
    };
    job.insert("TaskGroups".to_owned(), groups);
}

fn complete_group(group: &mut Object, job_vault: Option<&Json>, job_secrets: &[Json]) {
    let own_vault = group.remove("vault_block").filter(|vault| !vault.is_null());
    let vault = own_vault.as_ref().or(job_vault);
    let group_secrets = take_list(group, "secret_blocks");
    let Some(Json::Array(tasks)) = group.get_mut("Tasks") else {
        return;
    };
    for task in tasks.iter_mut().filter_map(Json::as_object_mut) {
        if task.get("Vault").is_none_or(Json::is_null)
            && let Some(vault) = vault
        {
            task.insert("Vault".to_owned(), vault.clone());
        }
        let mut secrets = take_list(task, "Secrets");
        secrets.extend(group_secrets.iter().chain(job_secrets).cloned());
        if !secrets.is_empty() {
            task.insert("Secrets".to_owned(), Json::Array(secrets));
        }
    }
}

/// Takes a list out of an object; null and missing are empty.
fn take_list(object: &mut Object, name: &str) -> Vec<Json> {
    match object.remove(name) {
        Some(Json::Array(list)) => list,
        _ => Vec::new(),
    }
}

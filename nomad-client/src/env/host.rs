//! Which of the agent's own variables a task on the host gets.

use std::collections::BTreeMap;

/// Variables that no task gets unless the option `env.denylist` names others (spec/client 17.1).
pub const HOST_DENYLIST: [&str; 17] = [
    "CONSUL_TOKEN",
    "CONSUL_HTTP_TOKEN",
    "CONSUL_HTTP_TOKEN_FILE",
    "NOMAD_TOKEN",
    "VAULT_TOKEN",
    "CONSUL_LICENSE",
    "NOMAD_LICENSE",
    "VAULT_LICENSE",
    "CONSUL_LICENSE_PATH",
    "NOMAD_LICENSE_PATH",
    "VAULT_LICENSE_PATH",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_METADATA_URL",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_OAUTH_ACCESS_TOKEN",
];

/// The agent's variables without those of `denylist`. For drivers that share the host's files; tasks
/// in images get none.
#[must_use]
pub fn filter_host<'a>(
    vars: impl IntoIterator<Item = (String, String)>,
    denylist: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<String, String> {
    let mut kept: BTreeMap<String, String> = vars.into_iter().collect();
    for name in denylist {
        kept.remove(name.trim());
    }
    kept
}

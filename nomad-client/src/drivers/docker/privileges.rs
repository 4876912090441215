//! What a task may do beyond the ordinary: capabilities, namespaces, limits of the kernel.

use bollard::models::ResourcesUlimits;

use super::config::{Config, SHARED_MODES};
use super::rules::{ALLOWED_CAPS, DockerRules};

/// Docker's own default set is the allowed one and this.
const BEYOND_ALLOWED: &str = "net_raw";

fn bare(name: &str) -> String {
    let lower = name.to_lowercase();
    lower.strip_prefix("cap_").unwrap_or(&lower).to_owned()
}

fn full(name: &str) -> String {
    match name {
        "all" => "ALL".to_owned(),
        other => format!("CAP_{}", other.to_uppercase()),
    }
}

/// Capabilities to add to and drop from Docker's default set.
///
/// # Errors
/// The capabilities that the agent does not allow.
pub(super) fn capabilities(
    config: &Config,
    rules: &DockerRules,
) -> Result<(Vec<String>, Vec<String>), String> {
    let allowed: Vec<String> = rules.allow_caps.iter().map(|name| bare(name)).collect();
    let allows = |name: &String| allowed.contains(name) || allowed.iter().any(|one| one == "all");
    let add: Vec<String> = config.cap_add.iter().map(|name| bare(name)).collect();
    let refused: Vec<&str> = add
        .iter()
        .filter(|name| !allows(name))
        .map(String::as_str)
        .collect();
    if !refused.is_empty() {
        return Err(format!(
            "driver does not allow the following capabilities: {}",
            refused.join(", ")
        ));
    }
    let dropped: Vec<String> = config.cap_drop.iter().map(|name| bare(name)).collect();
    let defaults = ALLOWED_CAPS.into_iter().chain([BEYOND_ALLOWED]);
    let lacks = |name: &String| dropped.contains(name) || (!allows(name) && !add.contains(name));
    let mut drop: Vec<String> = match dropped.iter().any(|name| name == "all") {
        true => vec!["all".to_owned()],
        false => defaults.map(str::to_owned).filter(lacks).collect(),
    };
    drop.extend(dropped.into_iter().filter(|name| name != "all"));
    drop.sort();
    drop.dedup();
    let names = |list: Vec<String>| list.iter().map(|name| full(name)).collect();
    Ok((names(add), names(drop)))
}

/// Checks what only a privileged agent may give.
///
/// # Errors
/// A sentence for the event.
pub(super) fn check(config: &Config, rules: &DockerRules) -> Result<(), String> {
    if config.privileged && !rules.allow_privileged {
        return Err("Docker privileged mode is disabled on this Nomad agent".to_owned());
    }
    if !config.runtime.is_empty() && !rules.allow_runtimes.contains(&config.runtime) {
        return Err(format!(
            "requested runtime {:?} is not allowed",
            config.runtime
        ));
    }
    for mode in SHARED_MODES {
        let value = config.modes.get(mode).map(String::as_str);
        if value == Some("host") && !rules.allow_privileged {
            return Err(format!("cannot apply {mode:?} configuration"));
        }
    }
    if rules.pids_limit > 0 && config.pids_limit > rules.pids_limit {
        return Err(format!(
            "pids_limit cannot be greater than nomad plugin config pids_limit: {}",
            rules.pids_limit
        ));
    }
    Ok(())
}

/// Limits written as `soft` or `soft:hard`, sorted by name.
///
/// # Errors
/// The limit that cannot be read.
pub(super) fn ulimits(config: &Config) -> Result<Vec<ResourcesUlimits>, String> {
    let read = |(name, text): (&String, &String)| {
        let (soft, hard) = text.split_once(':').unwrap_or((text, text));
        let number = |which: &str, part: &str| {
            part.trim().parse::<i64>().map_err(|_| {
                format!(
                    "failed to parse ulimit configuration: Malformed {which} ulimit {name}: {text}"
                )
            })
        };
        Ok(ResourcesUlimits {
            name: Some(name.clone()),
            soft: Some(number("soft", soft)?),
            hard: Some(number("hard", hard)?),
        })
    };
    config.ulimit.iter().map(read).collect()
}

//! Shorthand of the language, turned into the fields of the JSON.

use super::description::Object;
use serde_json::{Value as Json, json};

/// Operators that may be argument names. `is_set` and `is_not_set` are names too, and have no
/// effect there (spec/inventory/jobspec.csv).
const SHORT_OPERATORS: [&str; 6] = [
    "regexp",
    "version",
    "semver",
    "set_contains",
    "set_contains_all",
    "set_contains_any",
];

/// `constraint` and `affinity`: the operator and its right side.
pub(super) fn operator(object: &mut Object) -> Result<(), String> {
    for name in SHORT_OPERATORS {
        if let Some(value @ Json::String(_)) = object.remove(name) {
            object.insert("Operand".to_owned(), json!(name));
            object.insert("RTarget".to_owned(), value);
        }
    }
    if let Some(Json::Bool(on)) = object.remove("distinct_hosts") {
        object.insert("Operand".to_owned(), json!("distinct_hosts"));
        object.insert("RTarget".to_owned(), json!(on.to_string()));
    }
    if let Some(property @ Json::String(_)) = object.remove("distinct_property") {
        object.insert("Operand".to_owned(), json!("distinct_property"));
        object.insert("LTarget".to_owned(), property);
    }
    object.remove("is_set");
    object.remove("is_not_set");
    for side in ["LTarget", "RTarget", "Operand"] {
        fill(object, side, json!(""));
    }
    if object.get("Operand").and_then(Json::as_str) == Some("") {
        object.insert("Operand".to_owned(), json!("="));
    }
    Ok(())
}

/// Sets a field that is null or missing.
pub(super) fn fill(object: &mut Object, name: &str, value: Json) {
    if object.get(name).is_none_or(Json::is_null) {
        object.insert(name.to_owned(), value);
    }
}

/// `network`: ports with a number are reserved, the others are drawn.
pub(super) fn ports(object: &mut Object) -> Result<(), String> {
    let Some(Json::Array(ports)) = object.remove("ports") else {
        return Ok(());
    };
    for port in ports {
        let fixed = port.get("Value").and_then(Json::as_i64).unwrap_or(0) > 0;
        let list = if fixed {
            "ReservedPorts"
        } else {
            "DynamicPorts"
        };
        push(object, list, port);
    }
    Ok(())
}

fn push(object: &mut Object, list: &str, item: Json) {
    match object.get_mut(list) {
        Some(Json::Array(items)) => items.push(item),
        _ => {
            object.insert(list.to_owned(), Json::Array(vec![item]));
        }
    }
}

/// `periodic`: the kind of schedule.
pub(super) fn periodic(object: &mut Object) -> Result<(), String> {
    fill(object, "SpecType", json!("cron"));
    Ok(())
}

/// `template`: what the parser sets.
pub(super) fn template(object: &mut Object) -> Result<(), String> {
    fill(object, "ChangeMode", json!("restart"));
    fill(object, "Perms", json!("0644"));
    fill(object, "Splay", json!(5_000_000_000_i64));
    fill(object, "ErrMissingKey", json!(false));
    Ok(())
}

/// `change_script`: what the parser sets.
pub(super) fn change_script(object: &mut Object) -> Result<(), String> {
    fill(object, "Args", json!([]));
    fill(object, "Timeout", json!(5_000_000_000_i64));
    fill(object, "FailOnError", json!(false));
    fill(object, "RunOnFirstRender", json!(false));
    Ok(())
}

/// `vault`: what the parser sets.
pub(super) fn vault(object: &mut Object) -> Result<(), String> {
    fill(object, "Env", json!(true));
    fill(object, "DisableFile", json!(false));
    fill(object, "ChangeMode", json!("restart"));
    Ok(())
}

/// `scaling` of a group.
pub(super) fn group_scaling(object: &mut Object) -> Result<(), String> {
    if object.get("Max").is_none_or(Json::is_null) {
        return Err("a scaling block needs the argument \"max\"".to_owned());
    }
    if object
        .get("Type")
        .and_then(Json::as_str)
        .is_none_or(str::is_empty)
    {
        object.insert("Type".to_owned(), json!("horizontal"));
    }
    Ok(())
}

/// `scaling` of a task: the label is the resource that grows.
pub(super) fn task_scaling(object: &mut Object) -> Result<(), String> {
    let kind = match object.remove("label").as_ref().and_then(Json::as_str) {
        Some("cpu") => "vertical_cpu",
        Some("mem") => "vertical_mem",
        _ => return Err("the label of a task's scaling block is \"cpu\" or \"mem\"".to_owned()),
    };
    if object.get("Max").is_none_or(Json::is_null) {
        return Err("a scaling block needs the argument \"max\"".to_owned());
    }
    object.insert("Type".to_owned(), json!(kind));
    Ok(())
}

/// `identity` blocks of a task: the default one and the others.
pub(super) fn identities(task: &mut Object) -> Result<(), String> {
    let Some(Json::Array(all)) = task.remove("identity_blocks") else {
        return Ok(());
    };
    let mut others = Vec::new();
    for identity in all {
        match identity.get("Name").and_then(Json::as_str) {
            Some("" | "default") | None => {
                task.insert("Identity".to_owned(), identity);
            }
            Some(_) => others.push(identity),
        }
    }
    task.insert("Identities".to_owned(), Json::Array(others));
    Ok(())
}

/// `envoy_gateway_bind_addresses`, `listener` and the like keep their label as the name.
pub(super) fn reserved_connect(object: &mut Object) -> Result<(), String> {
    fill(object, "ExposeConfig", Json::Null);
    Ok(())
}

//! What happened to a task, in one line (spec/api-cli 3.7).

use crate::api::view::TaskEvent;
use crate::cli::layout::go_duration;

/// The server's words, else words made from the fields.
pub(crate) fn describe(event: &TaskEvent) -> String {
    if !event.display_message.is_empty() {
        return event.display_message.clone();
    }
    match event.r#type.as_str() {
        "Started" => "Task started by client".to_owned(),
        "Received" => "Task received by client".to_owned(),
        "Sibling Task Failed" => "Task's sibling failed".to_owned(),
        "Leader Task Dead" => "Leader Task in Group dead".to_owned(),
        "Killed" => first(&[&event.message, "Task successfully killed"]),
        "Killing" => killing(event),
        "Terminated" => terminated(event),
        "Restarting" => restarting(event),
        "Not Restarting" => first(&[&event.restart_reason, "Task exceeded restart policy"]),
        "Driver Failure" => first(&[&event.driver_error, "Failed to start task"]),
        "Setup Failure" => first(&[&event.setup_error, "Task setup failed"]),
        "Failed Validation" => first(&[&event.validation_error, "Validation of task failed"]),
        _ => event.message.clone(),
    }
}

fn first(texts: &[&str]) -> String {
    texts
        .iter()
        .find(|text| !text.is_empty())
        .map_or_else(String::new, |text| (*text).to_owned())
}

fn killing(event: &TaskEvent) -> String {
    if !event.kill_reason.is_empty() {
        event.kill_reason.clone()
    } else if event.kill_timeout != 0 {
        let wait = go_duration(event.kill_timeout);
        format!("Sent interrupt. Waiting {wait} before force killing")
    } else {
        "Sent interrupt".to_owned()
    }
}

fn terminated(event: &TaskEvent) -> String {
    let mut parts = vec![format!("Exit Code: {}", event.exit_code)];
    if event.signal != 0 {
        parts.push(format!("Signal: {}", event.signal));
    }
    if !event.message.is_empty() {
        parts.push(format!("Exit Message: \"{}\"", event.message));
    }
    parts.join(", ")
}

fn restarting(event: &TaskEvent) -> String {
    let wait = format!("Task restarting in {}", go_duration(event.start_delay));
    let reason = &event.restart_reason;
    if reason.is_empty() {
        wait
    } else {
        format!("{reason} - {wait}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_without_words_of_the_server_get_words_of_their_fields() {
        let describe = |json: &str| describe(&serde_json::from_str(json).unwrap());
        assert_eq!(
            describe(r#"{"Type":"Started","DisplayMessage":"own words"}"#),
            "own words"
        );
        assert_eq!(
            describe(r#"{"Type":"Terminated","ExitCode":7,"Signal":2,"Message":"oops"}"#),
            "Exit Code: 7, Signal: 2, Exit Message: \"oops\""
        );
        assert_eq!(
            describe(r#"{"Type":"Restarting","StartDelay":15000000000}"#),
            "Task restarting in 15s"
        );
        assert_eq!(
            describe(r#"{"Type":"Killing","KillTimeout":5000000000}"#),
            "Sent interrupt. Waiting 5s before force killing"
        );
    }
}

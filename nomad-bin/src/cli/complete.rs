//! Fields that the server leaves out when they are empty, put back for `-json` and `-t` (spec/api-cli 1.10,
//! 2.24): users of the reference's output find every field there.

use serde_json::{Value, json};

/// Fills the fields of an evaluation.
pub(crate) fn eval(value: &mut Value) {
    fill(
        value,
        json!({
            "JobModifyIndex": 0, "NodeID": "", "NodeModifyIndex": 0, "DeploymentID": "",
            "StatusDescription": "", "Wait": 0, "WaitUntil": null, "NextEval": "",
            "PreviousEval": "", "BlockedEval": "", "RelatedEvals": null, "FailedTGAllocs": null,
            "PlanAnnotations": null, "ClassEligibility": null, "QuotaLimitReached": "",
            "MissingNonNodeResources": null, "EscapedComputedClass": false, "AnnotatePlan": false,
            "QueuedAllocations": null, "SnapshotIndex": 0,
        }),
    );
}

/// Fills the fields of an allocation.
pub(crate) fn alloc(value: &mut Value) {
    fill(
        value,
        json!({
            "ClientDescription": "", "DesiredDescription": "", "DesiredTransition": null,
            "DeploymentID": "", "DeploymentStatus": null, "NextAllocation": "",
            "PreviousAllocation": "", "FollowupEvalID": "", "RescheduleTracker": null,
            "PreemptedAllocations": null, "PreemptedByAllocation": "", "NetworkStatus": null,
            "AllocStates": null, "TaskStates": null,
        }),
    );
}

/// Fills every object of a list.
pub(crate) fn each(list: &mut Value, fill: fn(&mut Value)) {
    if let Value::Array(items) = list {
        items.iter_mut().for_each(fill);
    }
}

fn fill(value: &mut Value, defaults: Value) {
    if let (Value::Object(object), Value::Object(defaults)) = (value, defaults) {
        for (key, default) in defaults {
            object.entry(key).or_insert(default);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_come_back_and_present_ones_stay() {
        let mut evals = json!([{"ID": "x", "NextEval": "y"}]);
        each(&mut evals, eval);
        assert_eq!(evals[0]["NextEval"], "y");
        assert_eq!(evals[0]["Wait"], 0);
    }
}

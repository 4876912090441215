//! Bounds within which an autoscaler may move a group's count.

use std::collections::BTreeMap;

use serde_json::Value;

noun! {
    /// Scaling policy of a group or task.
    ScalingPolicy, ScalingPolicySpec {
        id = "ID": plain String;
        kind = "Type": plain String;
        namespace = "Namespace": plain String;
        target = "Target": dict String;
        min = "Min": null i64;
        max = "Max": null i64;
        /// For the autoscaler; opaque here.
        policy = "Policy": null BTreeMap<String, Value>;
        enabled = "Enabled": null bool;
        create_index = "CreateIndex": plain u64;
        modify_index = "ModifyIndex": plain u64;
    }
}

//! `restart`, `reschedule`, `update`, `migrate`, `disconnect`, `scaling`.

use super::description::{
    Schema, anything, duration_or_null, flag_or_null, int_or_null, text, text_or_null,
};
use super::shorthand;

pub(super) static RESTART: Schema = Schema {
    attributes: &[
        int_or_null("attempts", "Attempts"),
        duration_or_null("interval", "Interval"),
        duration_or_null("delay", "Delay"),
        text_or_null("mode", "Mode"),
        flag_or_null("render_templates", "RenderTemplates"),
    ],
    blocks: &[],
    finish: None,
};

pub(super) static RESCHEDULE: Schema = Schema {
    attributes: &[
        int_or_null("attempts", "Attempts"),
        duration_or_null("interval", "Interval"),
        duration_or_null("delay", "Delay"),
        text_or_null("delay_function", "DelayFunction"),
        duration_or_null("max_delay", "MaxDelay"),
        flag_or_null("unlimited", "Unlimited"),
    ],
    blocks: &[],
    finish: None,
};

pub(super) static UPDATE: Schema = Schema {
    attributes: &[
        duration_or_null("stagger", "Stagger"),
        int_or_null("max_parallel", "MaxParallel"),
        text_or_null("health_check", "HealthCheck"),
        duration_or_null("min_healthy_time", "MinHealthyTime"),
        duration_or_null("healthy_deadline", "HealthyDeadline"),
        duration_or_null("progress_deadline", "ProgressDeadline"),
        int_or_null("canary", "Canary"),
        flag_or_null("auto_revert", "AutoRevert"),
        flag_or_null("auto_promote", "AutoPromote"),
    ],
    blocks: &[],
    finish: None,
};

pub(super) static MIGRATE: Schema = Schema {
    attributes: &[
        int_or_null("max_parallel", "MaxParallel"),
        text_or_null("health_check", "HealthCheck"),
        duration_or_null("min_healthy_time", "MinHealthyTime"),
        duration_or_null("healthy_deadline", "HealthyDeadline"),
    ],
    blocks: &[],
    finish: None,
};

pub(super) static DISCONNECT: Schema = Schema {
    attributes: &[
        duration_or_null("lost_after", "LostAfter"),
        duration_or_null("stop_on_client_after", "StopOnClientAfter"),
        flag_or_null("replace", "Replace"),
        text_or_null("reconcile", "Reconcile"),
    ],
    blocks: &[],
    finish: None,
};

const SCALING_ARGUMENTS: &[super::Attribute] = &[
    flag_or_null("enabled", "Enabled"),
    int_or_null("min", "Min"),
    int_or_null("max", "Max"),
    text("type", "Type"),
];

pub(super) static GROUP_SCALING: Schema = Schema {
    attributes: SCALING_ARGUMENTS,
    blocks: &[anything("policy", "Policy")],
    finish: Some(shorthand::group_scaling),
};

pub(super) static TASK_SCALING: Schema = Schema {
    attributes: SCALING_ARGUMENTS,
    blocks: &[anything("policy", "Policy")],
    finish: Some(shorthand::task_scaling),
};

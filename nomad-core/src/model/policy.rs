//! How a group restarts, reschedules, updates, migrates and survives disconnects.

use crate::units::Span;

words! {
    /// What happens when the restarts of an interval are used up.
    RestartMode, "restart mode" {
        #[default]
        Fail = "fail",
        Delay = "delay",
    }
}

words! {
    /// How the delay before a reschedule grows.
    DelayFunction, "reschedule delay function" {
        #[default]
        Unset = "",
        Constant = "constant",
        Exponential = "exponential",
        Fibonacci = "fibonacci",
    }
}

words! {
    /// By what an allocation's health is judged.
    HealthCheck, "health check" {
        #[default]
        Unset = "",
        Checks = "checks",
        TaskStates = "task_states",
        Manual = "manual",
    }
}

words! {
    /// Which allocation wins when a disconnected one comes back.
    Reconcile, "disconnect reconcile strategy" {
        #[default]
        BestScore = "best_score",
        KeepOriginal = "keep_original",
        KeepReplacement = "keep_replacement",
        LongestRunning = "longest_running",
        Unset = "",
    }
}

noun! {
    /// How the client restarts a failed task on the same node.
    RestartPolicy, RestartPolicySpec {
        attempts = "Attempts": opt i64;
        interval = "Interval": opt Span;
        delay = "Delay": opt Span;
        mode = "Mode": optname RestartMode;
        render_templates = "RenderTemplates": opt bool;
    }
}

noun! {
    /// How the server replaces a failed allocation, on another node where it can.
    ReschedulePolicy, ReschedulePolicySpec {
        attempts = "Attempts": opt i64;
        interval = "Interval": opt Span;
        delay = "Delay": opt Span;
        delay_function = "DelayFunction": optname DelayFunction;
        max_delay = "MaxDelay": opt Span;
        unlimited = "Unlimited": opt bool;
    }
}

impl ReschedulePolicy {
    /// True when it allows any reschedule at all (spec/scheduler 3.3).
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.attempts > 0 || self.unlimited
    }
}

noun! {
    /// How a new version replaces the old one.
    UpdateStrategy, UpdateStrategySpec {
        stagger = "Stagger": opt Span;
        max_parallel = "MaxParallel": opt i64;
        health_check = "HealthCheck": optname HealthCheck;
        min_healthy_time = "MinHealthyTime": opt Span;
        healthy_deadline = "HealthyDeadline": opt Span;
        progress_deadline = "ProgressDeadline": opt Span;
        canary = "Canary": opt i64;
        auto_revert = "AutoRevert": opt bool;
        auto_promote = "AutoPromote": opt bool;
    }
}

impl UpdateStrategy {
    /// True when it asks for no deployment at all: `MaxParallel` is 0 (spec/scheduler 2.3).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.max_parallel == 0
    }
}

noun! {
    /// How allocations leave a draining node.
    MigrateStrategy, MigrateStrategySpec {
        max_parallel = "MaxParallel": opt i64;
        health_check = "HealthCheck": optname HealthCheck;
        min_healthy_time = "MinHealthyTime": opt Span;
        healthy_deadline = "HealthyDeadline": opt Span;
    }
}

noun! {
    /// What happens while a node does not answer.
    DisconnectStrategy, DisconnectStrategySpec {
        lost_after = "LostAfter": opt Span;
        stop_on_client_after = "StopOnClientAfter": null Span;
        replace = "Replace": null bool;
        reconcile = "Reconcile": optname Reconcile;
    }
}

noun! {
    /// The disk that the tasks of a group share.
    EphemeralDisk, EphemeralDiskSpec {
        sticky = "Sticky": opt bool;
        /// In MiB.
        size_mb = "SizeMB": opt i64;
        migrate = "Migrate": opt bool;
    }
}

//! A task group: what is placed together on one node.

use super::constraint::{Affinity, Constraint, Spread};
use super::network::NetworkResource;
use super::policy::{
    DisconnectStrategy, EphemeralDisk, MigrateStrategy, ReschedulePolicy, RestartPolicy,
    UpdateStrategy,
};
use super::scaling::ScalingPolicy;
use super::service::Service;
use super::task::{Consul, Task};
use super::volume::VolumeRequest;
use crate::id::GroupName;
use crate::units::Span;

noun! {
    /// A task group of a job.
    TaskGroup, TaskGroupSpec {
        name = "Name": optname GroupName;
        /// How many allocations of it should run.
        count = "Count": opt i64;
        constraints = "Constraints": many Constraint;
        affinities = "Affinities": many Affinity;
        tasks = "Tasks": many Task;
        spreads = "Spreads": many Spread;
        volumes = "Volumes": table VolumeRequest;
        restart_policy = "RestartPolicy": must RestartPolicy;
        disconnect = "Disconnect": one DisconnectStrategy;
        reschedule_policy = "ReschedulePolicy": one ReschedulePolicy;
        ephemeral_disk = "EphemeralDisk": must EphemeralDisk;
        update = "Update": one UpdateStrategy;
        migrate = "Migrate": one MigrateStrategy;
        networks = "Networks": many NetworkResource;
        meta = "Meta": dict String;
        services = "Services": many Service;
        shutdown_delay = "ShutdownDelay": null Span;
        stop_after_client_disconnect = "StopAfterClientDisconnect": null Span;
        max_client_disconnect = "MaxClientDisconnect": null Span;
        max_run_duration = "MaxRunDuration": null Span;
        scaling = "Scaling": one ScalingPolicy;
        consul = "Consul": one Consul;
        prevent_reschedule_on_lost = "PreventRescheduleOnLost": opt bool;
    }
}

impl TaskGroup {
    /// The task called `name`.
    #[must_use]
    pub fn task(&self, name: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.name.as_str() == name)
    }
}

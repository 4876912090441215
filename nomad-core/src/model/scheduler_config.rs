//! Settings of the schedulers that operators change while the cluster runs.

use serde::{Deserialize, Serialize};

use crate::units::Index;

words! {
    /// How nodes are ranked by the room they have left.
    SchedulerAlgorithm, "scheduler algorithm" {
        #[default]
        Binpack = "binpack",
        Spread = "spread",
    }
}

/// Which schedulers may evict allocations of lower priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PreemptionConfig {
    /// For system jobs.
    pub system_scheduler_enabled: bool,
    /// For sysbatch jobs.
    pub sys_batch_scheduler_enabled: bool,
    /// For batch jobs.
    pub batch_scheduler_enabled: bool,
    /// For service jobs.
    pub service_scheduler_enabled: bool,
}

/// Settings of the schedulers (spec/scheduler 2.10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SchedulerConfiguration {
    /// Pack tightly, or leave room everywhere.
    pub scheduler_algorithm: SchedulerAlgorithm,
    /// Which schedulers may evict.
    pub preemption_config: PreemptionConfig,
    /// Tasks may use more memory than placement counts.
    pub memory_oversubscription_enabled: bool,
    /// Only management tokens may register jobs.
    pub reject_job_registration: bool,
    /// Evaluations wait.
    pub pause_eval_broker: bool,
    /// Index of the write that made it.
    pub create_index: Index,
    /// Index of the last write.
    pub modify_index: Index,
}

impl Default for SchedulerConfiguration {
    /// The bootstrap settings: pack tightly; only system jobs evict.
    fn default() -> Self {
        Self {
            scheduler_algorithm: SchedulerAlgorithm::Binpack,
            preemption_config: PreemptionConfig {
                system_scheduler_enabled: true,
                sys_batch_scheduler_enabled: false,
                batch_scheduler_enabled: false,
                service_scheduler_enabled: false,
            },
            memory_oversubscription_enabled: false,
            reject_job_registration: false,
            pause_eval_broker: false,
            create_index: Index(0),
            modify_index: Index(0),
        }
    }
}

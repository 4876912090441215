//! A job: what a user wants to run.

use serde_json::Value;

use super::constraint::{Affinity, Constraint, Spread};
use super::group::TaskGroup;
use super::policy::{MigrateStrategySpec, ReschedulePolicySpec, UpdateStrategy};
use crate::id::{JobId, JobKey, NamespaceName, PoolName, RegionName};
use crate::units::{Index, JobVersion, Timestamp};

words! {
    /// Which scheduler a job wants.
    JobType, "job type" {
        #[default]
        Service = "service",
        Batch = "batch",
        System = "system",
        Sysbatch = "sysbatch",
    }
}

words! {
    /// What a job is doing (derived, spec/scheduler 3.7).
    JobStatus, "job status" {
        #[default]
        Unset = "",
        Pending = "pending",
        Running = "running",
        Dead = "dead",
    }
}

noun! {
    /// Launches at given times.
    Periodic, PeriodicSpec {
        enabled = "Enabled": opt bool;
        spec = "Spec": opt String;
        specs = "Specs": list String;
        spec_type = "SpecType": opt String;
        prohibit_overlap = "ProhibitOverlap": opt bool;
        time_zone = "TimeZone": opt String;
    }
}

noun! {
    /// A job that is a template for dispatched children.
    Parameterized, ParameterizedSpec {
        payload = "Payload": plain String;
        meta_required = "MetaRequired": list String;
        meta_optional = "MetaOptional": list String;
    }
}

noun! {
    /// What the web UI shows about a job.
    JobUi, JobUiSpec {
        description = "Description": plain String;
        links = "Links": many JobUiLink;
    }
}

noun! {
    /// A link shown with a job.
    JobUiLink, JobUiLinkSpec {
        label = "Label": plain String;
        url = "URL": plain String;
    }
}

noun! {
    /// A name that a user gave to one version of a job.
    VersionTag, VersionTagSpec {
        name = "Name": plain String;
        description = "Description": plain String;
        /// Nanoseconds since the epoch.
        tagged_time = "TaggedTime": plain i64;
    }
}

noun! {
    /// A job as the state holds it: canonical and valid.
    ///
    /// Its raw form is [`JobSpec`]: the body of `POST /v1/jobs` (under `Job`) and the answer of
    /// `/v1/jobs/parse`. [`Settle::settle`](crate::model::Settle::settle) converts, after
    /// `spec::canonicalize` and `spec::validate`.
    Job, JobSpec {
        region = "Region": optname RegionName;
        namespace = "Namespace": optname NamespaceName;
        id = "ID": optname JobId;
        name = "Name": opt String;
        kind = "Type": optname JobType;
        /// From 1 to the cluster's limit (100).
        priority = "Priority": opt i64;
        all_at_once = "AllAtOnce": opt bool;
        /// Glob patterns.
        datacenters = "Datacenters": list String;
        node_pool = "NodePool": optname PoolName;
        constraints = "Constraints": many Constraint;
        affinities = "Affinities": many Affinity;
        task_groups = "TaskGroups": many TaskGroup;
        /// Only `Stagger` and `MaxParallel` are kept; groups hold the whole block.
        update = "Update": must UpdateStrategy;
        /// Several regions; refused here, carried by the raw form.
        multiregion = "Multiregion": null Value;
        spreads = "Spreads": many Spread;
        periodic = "Periodic": one Periodic;
        parameterized = "ParameterizedJob": one Parameterized;
        payload = "Payload": null String;
        meta = "Meta": dict String;
        ui = "UI": one JobUi;
        stop = "Stop": opt bool;
        parent_id = "ParentID": opt String;
        dispatched = "Dispatched": plain bool;
        dispatch_idempotency_token = "DispatchIdempotencyToken": opt String;
        consul_namespace = "ConsulNamespace": opt String;
        vault_namespace = "VaultNamespace": opt String;
        nomad_token_id = "NomadTokenID": opt String;
        status = "Status": optname JobStatus;
        status_description = "StatusDescription": opt String;
        stable = "Stable": opt bool;
        version = "Version": opt JobVersion;
        submit_time = "SubmitTime": opt Timestamp;
        create_index = "CreateIndex": opt Index;
        modify_index = "ModifyIndex": opt Index;
        job_modify_index = "JobModifyIndex": opt Index;
        version_tag = "VersionTag": one VersionTag;
    }
    raw {
        /// Reschedule policy for every group.
        reschedule = "Reschedule": Option<ReschedulePolicySpec>;
        /// Migrate strategy for every group.
        migrate = "Migrate": Option<MigrateStrategySpec>;
    }
}

impl Job {
    /// The job's full name.
    #[must_use]
    pub fn key(&self) -> JobKey {
        JobKey::new(self.namespace.clone(), self.id.clone())
    }

    /// The group called `name`.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&TaskGroup> {
        self.task_groups
            .iter()
            .find(|group| group.name.as_str() == name)
    }

    /// True for a job that launches children at given times.
    #[must_use]
    pub fn is_periodic(&self) -> bool {
        self.periodic
            .as_ref()
            .is_some_and(|periodic| periodic.enabled)
    }

    /// True for a job that is only a template for dispatched children.
    #[must_use]
    pub fn is_parameterized(&self) -> bool {
        self.parameterized.is_some() && !self.dispatched
    }

    /// True when both describe the same work: everything but status, stability, version, indexes
    /// and submit time (spec/scheduler 3.5).
    #[must_use]
    pub fn has_same_spec(&self, other: &Self) -> bool {
        let bare = |job: &Self| Self {
            status: JobStatus::Unset,
            status_description: String::new(),
            stable: false,
            version: JobVersion(0),
            submit_time: Timestamp::ZERO,
            create_index: Index(0),
            modify_index: Index(0),
            job_modify_index: Index(0),
            version_tag: None,
            ..job.clone()
        };
        bare(self) == bare(other)
    }
}

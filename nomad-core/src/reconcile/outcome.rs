//! What the reconciler decided.

use std::collections::BTreeMap;

use crate::id::{EvalId, GroupName};
use crate::model::plan::{DeploymentUpdate, DesiredUpdates};
use crate::model::{AllocClientStatus, Allocation, Deployment, Evaluation};
use crate::units::JobVersion;

/// An allocation to make.
#[derive(Debug, Clone)]
pub struct Placement<'a> {
    /// `<job>.<group>[<index>]`.
    pub name: String,
    /// The group.
    pub group: GroupName,
    /// The allocation it replaces.
    pub previous: Option<&'a Allocation>,
    /// It is a canary.
    pub canary: bool,
    /// The replaced allocation failed.
    pub reschedule: bool,
    /// The replaced allocation's node is gone.
    pub lost: bool,
    /// Use the version from before the canaries.
    pub downgrade: bool,
    /// Do not go below this version.
    pub min_version: JobVersion,
    /// The replaced allocation is stopped with it, because a new version needs it gone.
    pub destructive: bool,
}

/// An allocation to stop.
#[derive(Debug, Clone)]
pub struct Stop<'a> {
    /// The allocation.
    pub alloc: &'a Allocation,
    /// Its client status, where the server decides it.
    pub client_status: Option<AllocClientStatus>,
    /// Why.
    pub description: &'static str,
    /// The evaluation that replaces it later.
    pub followup: Option<EvalId>,
}

/// An allocation that is lost sight of or found again.
#[derive(Debug, Clone)]
pub struct StatusUpdate<'a> {
    /// The allocation.
    pub alloc: &'a Allocation,
    /// Its client status from now on.
    pub client_status: AllocClientStatus,
    /// In a sentence; none keeps it.
    pub description: Option<&'static str>,
    /// The evaluation that looks at it later.
    pub followup: Option<EvalId>,
}

/// An allocation that only gets a follow-up evaluation.
#[derive(Debug, Clone)]
pub struct AttributeUpdate<'a> {
    /// The allocation.
    pub alloc: &'a Allocation,
    /// The evaluation that replaces it later.
    pub followup: EvalId,
}

/// What the reconciler decided.
#[derive(Debug, Clone, Default)]
pub struct Reconciled<'a> {
    /// Allocations to make.
    pub place: Vec<Placement<'a>>,
    /// Allocations to replace by the new version: each a placement with its predecessor.
    pub destructive: Vec<Placement<'a>>,
    /// Allocations that get the new version where they are.
    pub inplace: Vec<&'a Allocation>,
    /// Allocations to stop.
    pub stop: Vec<Stop<'a>>,
    /// Allocations that get a follow-up evaluation.
    pub attributes: Vec<AttributeUpdate<'a>>,
    /// Allocations that are lost sight of.
    pub disconnect: Vec<StatusUpdate<'a>>,
    /// Allocations that are found again.
    pub reconnect: Vec<StatusUpdate<'a>>,
    /// A deployment made or changed.
    pub deployment: Option<Deployment>,
    /// Deployments whose status changes.
    pub deployment_updates: Vec<DeploymentUpdate>,
    /// Per group: the numbers.
    pub desired: BTreeMap<GroupName, DesiredUpdates>,
    /// Evaluations for later, with the group that needs each.
    pub followups: Vec<(GroupName, Evaluation)>,
}

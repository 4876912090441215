//! Descriptions that users see (spec/scheduler Appendix C).

/// An allocation that the job does not need any more.
pub const JOB_UPDATE: &str = "alloc not needed due to job update";
/// An allocation whose node is gone.
pub const LOST: &str = "alloc is lost since its node is down";
/// An allocation that moves.
pub(super) const MIGRATING: &str = "alloc is being migrated";
/// An allocation that failed and has a replacement.
pub(super) const RESCHEDULED: &str = "alloc was rescheduled because it failed";
/// A replacement whose original came back.
pub(super) const RECONNECTED: &str = "alloc not needed due to disconnected client reconnect";
/// An allocation whose node does not answer.
pub(super) const UNKNOWN: &str = "alloc is unknown since its node is disconnected";
/// A follow-up for a delayed reschedule.
pub(super) const LATER: &str = "created for delayed rescheduling";
/// A follow-up for a disconnect that lasts too long.
pub(super) const TIMEOUT: &str = "created for delayed disconnect timeout";
/// A deployment whose job stopped.
pub(super) const DEPLOYMENT_STOPPED: &str = "Cancelled because job is stopped";
/// A deployment of an older version.
pub(super) const DEPLOYMENT_NEWER: &str = "Cancelled due to newer version of job";
/// A deployment that is complete.
pub(super) const DEPLOYMENT_SUCCESSFUL: &str = "Deployment completed successfully";
/// A deployment that runs.
pub(super) const DEPLOYMENT_RUNNING: &str = "Deployment is running";
/// A deployment that waits for somebody.
pub(super) const DEPLOYMENT_NEEDS_PROMOTION: &str =
    "Deployment is running but requires manual promotion";
/// A deployment that promotes by itself.
pub(super) const DEPLOYMENT_AUTO_PROMOTION: &str =
    "Deployment is running pending automatic promotion";

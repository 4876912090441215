//! `job` and the blocks that only jobs have.

use super::constraint::{AFFINITY, CONSTRAINT, SPREAD};
use super::description::{
    Schema, flag_or_null, int_or_null, labeled, many, map, map_or_argument, one, text,
    text_or_null, texts,
};
use super::group::GROUP;
use super::policy::{MIGRATE, RESCHEDULE, UPDATE};
use super::shorthand;
use super::task::{SECRET, TASK, VAULT};

pub(in crate::spec::hcl) static JOB: Schema = Schema {
    attributes: &[
        text_or_null("region", "Region"),
        text_or_null("namespace", "Namespace"),
        text_or_null("id", "ID"),
        text_or_null("name", "Name"),
        text_or_null("type", "Type"),
        int_or_null("priority", "Priority"),
        flag_or_null("all_at_once", "AllAtOnce"),
        texts("datacenters", "Datacenters"),
        text_or_null("node_pool", "NodePool"),
    ],
    blocks: &[
        labeled("group", "TaskGroups", "Name", &GROUP),
        labeled("task", "task_blocks", "Name", &TASK),
        many("constraint", "Constraints", &CONSTRAINT),
        many("affinity", "Affinities", &AFFINITY),
        many("spread", "Spreads", &SPREAD),
        one("update", "Update", &UPDATE),
        one("migrate", "Migrate", &MIGRATE),
        one("reschedule", "Reschedule", &RESCHEDULE),
        one("periodic", "Periodic", &PERIODIC),
        one("parameterized", "ParameterizedJob", &PARAMETERIZED),
        one("multiregion", "Multiregion", &MULTIREGION),
        map_or_argument("meta", "Meta"),
        one("ui", "UI", &UI),
        one("vault", "vault_block", &VAULT),
        labeled("secret", "secret_blocks", "Name", &SECRET),
    ],
    finish: None,
};

static PERIODIC: Schema = Schema {
    attributes: &[
        flag_or_null("enabled", "Enabled"),
        text_or_null("cron", "Spec"),
        texts("crons", "Specs"),
        flag_or_null("prohibit_overlap", "ProhibitOverlap"),
        text_or_null("time_zone", "TimeZone"),
    ],
    blocks: &[],
    finish: Some(shorthand::periodic),
};

static PARAMETERIZED: Schema = Schema {
    attributes: &[
        text("payload", "Payload"),
        texts("meta_required", "MetaRequired"),
        texts("meta_optional", "MetaOptional"),
    ],
    blocks: &[],
    finish: None,
};

static MULTIREGION: Schema = Schema {
    attributes: &[],
    blocks: &[
        one("strategy", "Strategy", &STRATEGY),
        labeled("region", "Regions", "Name", &REGION),
    ],
    finish: None,
};

static STRATEGY: Schema = Schema {
    attributes: &[
        int_or_null("max_parallel", "MaxParallel"),
        text_or_null("on_failure", "OnFailure"),
    ],
    blocks: &[],
    finish: None,
};

static REGION: Schema = Schema {
    attributes: &[
        int_or_null("count", "Count"),
        texts("datacenters", "Datacenters"),
        text("node_pool", "NodePool"),
    ],
    blocks: &[map("meta", "Meta")],
    finish: None,
};

static UI: Schema = Schema {
    attributes: &[text("description", "Description")],
    blocks: &[many("link", "Links", &LINK)],
    finish: None,
};

static LINK: Schema = Schema {
    attributes: &[text("label", "Label"), text("url", "URL")],
    blocks: &[],
    finish: None,
};

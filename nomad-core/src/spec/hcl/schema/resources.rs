//! `resources` of a task.

use super::constraint::{AFFINITY, CONSTRAINT};
use super::description::{Schema, int_or_null, labeled, many, one, text, texts, unsigned_or_null};
use super::network::NETWORK;

pub(super) static RESOURCES: Schema = Schema {
    attributes: &[
        int_or_null("cpu", "CPU"),
        int_or_null("cores", "Cores"),
        int_or_null("memory", "MemoryMB"),
        int_or_null("memory_max", "MemoryMaxMB"),
        int_or_null("disk", "DiskMB"),
        int_or_null("iops", "IOPS"),
        int_or_null("secrets", "SecretsMB"),
    ],
    blocks: &[
        many("network", "Networks", &NETWORK),
        labeled("device", "Devices", "Name", &DEVICE),
        one("numa", "NUMA", &NUMA),
    ],
    finish: None,
};

static DEVICE: Schema = Schema {
    attributes: &[unsigned_or_null("count", "Count")],
    blocks: &[
        many("constraint", "Constraints", &CONSTRAINT),
        many("affinity", "Affinities", &AFFINITY),
    ],
    finish: None,
};

static NUMA: Schema = Schema {
    attributes: &[text("affinity", "Affinity"), texts("devices", "Devices")],
    blocks: &[],
    finish: None,
};

//! What a task asks of a machine.

use super::constraint::{Affinity, Constraint};
use super::network::NetworkResource;

noun! {
    /// Amounts that a task asks for.
    Resources, ResourcesSpec {
        /// MHz of processor time.
        cpu = "CPU": opt i64;
        /// Whole cores, instead of `CPU`.
        cores = "Cores": opt i64;
        /// MiB that placement counts.
        memory_mb = "MemoryMB": opt i64;
        /// MiB that the task may reach when oversubscription is on; 0 = same, -1 = no limit.
        memory_max_mb = "MemoryMaxMB": opt i64;
        disk_mb = "DiskMB": opt i64;
        iops = "IOPS": opt i64;
        networks = "Networks": many NetworkResource;
        devices = "Devices": many RequestedDevice;
        numa = "NUMA": one Numa;
        /// MiB of the in-memory secrets directory.
        secrets_mb = "SecretsMB": opt i64;
    }
}

noun! {
    /// Devices asked for: `type`, `vendor/type` or `vendor/type/name`.
    RequestedDevice, RequestedDeviceSpec {
        name = "Name": plain String;
        count = "Count": opt u64;
        constraints = "Constraints": many Constraint;
        affinities = "Affinities": many Affinity;
    }
}

noun! {
    /// Preference for cores that share a memory node.
    Numa, NumaSpec {
        affinity = "Affinity": plain String;
        devices = "Devices": list String;
    }
}

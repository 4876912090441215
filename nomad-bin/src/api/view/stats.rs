//! What tasks and hosts use right now (`/v1/client/...stats`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::nullable;

/// Usage of an allocation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct AllocUsage {
    #[serde(deserialize_with = "nullable")]
    pub(crate) resource_usage: Usage,
    #[serde(deserialize_with = "nullable")]
    pub(crate) tasks: BTreeMap<String, TaskUsage>,
}

/// Usage of one task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TaskUsage {
    #[serde(deserialize_with = "nullable")]
    pub(crate) resource_usage: Usage,
}

/// Processor and memory.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Usage {
    #[serde(deserialize_with = "nullable")]
    pub(crate) memory_stats: MemoryUsage,
    #[serde(deserialize_with = "nullable")]
    pub(crate) cpu_stats: CpuUsage,
}

/// Memory in bytes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct MemoryUsage {
    #[serde(rename = "RSS")]
    pub(crate) rss: u64,
    pub(crate) cache: u64,
    pub(crate) swap: u64,
    pub(crate) usage: u64,
    pub(crate) max_usage: u64,
    pub(crate) kernel_usage: u64,
    pub(crate) kernel_max_usage: u64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) measured: Vec<String>,
}

/// Processor time.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct CpuUsage {
    pub(crate) percent: f64,
    /// MHz.
    pub(crate) total_ticks: f64,
    pub(crate) throttled_periods: u64,
    pub(crate) throttled_time: u64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) measured: Vec<String>,
}

/// Usage of a host.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostUsage {
    pub(crate) memory: HostMemory,
    #[serde(deserialize_with = "nullable")]
    pub(crate) disk_stats: Vec<HostDisk>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) alloc_dir_stats: HostDisk,
    /// Seconds.
    pub(crate) uptime: u64,
    #[serde(rename = "CPUTicksConsumed")]
    pub(crate) ticks: f64,
}

/// Memory of a host in bytes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostMemory {
    pub(crate) total: u64,
    pub(crate) used: u64,
}

/// A file system of a host in bytes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostDisk {
    pub(crate) device: String,
    pub(crate) mountpoint: String,
    pub(crate) size: u64,
    pub(crate) used: u64,
    pub(crate) available: u64,
    pub(crate) used_percent: f64,
    pub(crate) inodes_used_percent: f64,
}

impl MemoryUsage {
    /// The figure that is shown: usage where the driver measures it, else resident memory.
    pub(crate) fn shown(&self) -> u64 {
        if self.measured.iter().any(|name| name == "Usage") {
            self.usage
        } else {
            self.rss
        }
    }

    /// A measured figure by its name.
    pub(crate) fn by_name(&self, name: &str) -> Option<u64> {
        Some(match name {
            "RSS" => self.rss,
            "Cache" => self.cache,
            "Swap" => self.swap,
            "Usage" => self.usage,
            "Max Usage" => self.max_usage,
            "Kernel Usage" => self.kernel_usage,
            "Kernel Max Usage" => self.kernel_max_usage,
            _ => return None,
        })
    }
}

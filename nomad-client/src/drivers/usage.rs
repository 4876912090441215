//! What a task uses, in the shape of the public JSON (spec/client 18.4, 30.7).

use std::collections::BTreeMap;
use std::ops::AddAssign;

use nomad_core::units::Timestamp;
use serde::{Deserialize, Serialize};

/// Memory in bytes. Fields not named in `measured` are zero because nobody measured them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MemoryUsage {
    /// Resident anonymous memory.
    #[serde(rename = "RSS")]
    pub rss: u64,
    /// Page cache.
    pub cache: u64,
    /// Swapped out.
    pub swap: u64,
    /// Mapped files.
    pub mapped_file: u64,
    /// Everything charged.
    pub usage: u64,
    /// The highest charge so far.
    pub max_usage: u64,
    /// Charged for the kernel.
    pub kernel_usage: u64,
    /// The highest charge for the kernel so far.
    pub kernel_max_usage: u64,
    /// Names of the fields that were measured, such as `RSS`.
    pub measured: Option<Vec<String>>,
}

/// CPU. Percent is of one core, so it can exceed 100.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CpuUsage {
    /// Percent spent in the kernel.
    pub system_mode: f64,
    /// Percent spent in the program.
    pub user_mode: f64,
    /// MHz used.
    pub total_ticks: f64,
    /// Periods in which the task was held back.
    pub throttled_periods: u64,
    /// Nanoseconds for which the task was held back.
    pub throttled_time: u64,
    /// Percent in all.
    pub percent: f64,
    /// Names of the fields that were measured, such as `Percent`.
    pub measured: Option<Vec<String>>,
}

/// Memory and CPU together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceUsage {
    /// CPU.
    pub cpu_stats: CpuUsage,
    /// Devices; none are measured.
    pub device_stats: Vec<serde_json::Value>,
    /// Memory.
    pub memory_stats: MemoryUsage,
}

/// What one task uses.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskUsage {
    /// The task as a whole.
    pub resource_usage: ResourceUsage,
    /// When it was measured.
    pub timestamp: Timestamp,
    /// Each process by its id.
    pub pids: BTreeMap<String, ResourceUsage>,
}

fn union(into: &mut Option<Vec<String>>, from: &Option<Vec<String>>) {
    let Some(names) = from else { return };
    let all = into.get_or_insert_default();
    for name in names {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
}

impl AddAssign<&ResourceUsage> for ResourceUsage {
    /// Sums two usages; the measured fields are the union of both.
    fn add_assign(&mut self, other: &ResourceUsage) {
        let (memory, more) = (&mut self.memory_stats, &other.memory_stats);
        memory.rss += more.rss;
        memory.cache += more.cache;
        memory.swap += more.swap;
        memory.mapped_file += more.mapped_file;
        memory.usage += more.usage;
        memory.max_usage += more.max_usage;
        memory.kernel_usage += more.kernel_usage;
        memory.kernel_max_usage += more.kernel_max_usage;
        union(&mut memory.measured, &more.measured);
        let (cpu, more) = (&mut self.cpu_stats, &other.cpu_stats);
        cpu.system_mode += more.system_mode;
        cpu.user_mode += more.user_mode;
        cpu.total_ticks += more.total_ticks;
        cpu.throttled_periods += more.throttled_periods;
        cpu.throttled_time += more.throttled_time;
        cpu.percent += more.percent;
        union(&mut cpu.measured, &more.measured);
    }
}

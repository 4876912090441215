//! What a group uses, as the kernel counts it.

use std::fs;
use std::path::Path;

use super::{Group, Own, file};

/// Memory of a group in bytes; fields that the kernel does not give are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupMemory {
    /// Anonymous memory.
    pub rss: Option<u64>,
    /// Page cache.
    pub cache: Option<u64>,
    /// Swapped out.
    pub swap: Option<u64>,
    /// Mapped files.
    pub mapped_file: Option<u64>,
    /// Everything charged.
    pub usage: Option<u64>,
    /// The highest charge so far.
    pub max_usage: Option<u64>,
    /// Charged for the kernel.
    pub kernel_usage: Option<u64>,
    /// The highest charge for the kernel so far.
    pub kernel_max_usage: Option<u64>,
}

/// How often and how long the CPU controller held a group back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupThrottling {
    /// Periods.
    pub periods: u64,
    /// Nanoseconds.
    pub time_ns: u64,
}

fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

impl Group {
    /// Processes that the kernel killed for want of memory since the group was made (spec/client
    /// 33.7). `None` without a memory controller.
    #[must_use]
    pub fn oom_kills(&self) -> Option<u64> {
        let path = match &self.own {
            Own::None => return None,
            Own::V2(dir) => dir.join("memory.events"),
            Own::V1(dirs) => dirs.get("memory")?.join("memory.oom_control"),
        };
        file::keyed(&fs::read_to_string(path).ok()?, "oom_kill")
    }

    /// Memory as the controller counts it. `None` without a memory controller.
    #[must_use]
    pub fn memory(&self) -> Option<GroupMemory> {
        match &self.own {
            Own::None => None,
            Own::V2(dir) => {
                let stat = fs::read_to_string(dir.join("memory.stat")).ok()?;
                Some(GroupMemory {
                    rss: file::keyed(&stat, "anon"),
                    cache: file::keyed(&stat, "file"),
                    swap: number(&dir.join("memory.swap.current")),
                    mapped_file: file::keyed(&stat, "file_mapped"),
                    usage: number(&dir.join("memory.current")),
                    max_usage: number(&dir.join("memory.peak")),
                    kernel_usage: file::keyed(&stat, "kernel"),
                    kernel_max_usage: None,
                })
            }
            Own::V1(dirs) => {
                let dir = dirs.get("memory")?;
                let stat = fs::read_to_string(dir.join("memory.stat")).ok()?;
                Some(GroupMemory {
                    rss: file::keyed(&stat, "total_rss"),
                    cache: file::keyed(&stat, "total_cache"),
                    swap: file::keyed(&stat, "total_swap"),
                    mapped_file: file::keyed(&stat, "total_mapped_file"),
                    usage: number(&dir.join("memory.usage_in_bytes")),
                    max_usage: number(&dir.join("memory.max_usage_in_bytes")),
                    kernel_usage: number(&dir.join("memory.kmem.usage_in_bytes")),
                    kernel_max_usage: number(&dir.join("memory.kmem.max_usage_in_bytes")),
                })
            }
        }
    }

    /// How the CPU controller held the group back. `None` without a CPU controller.
    #[must_use]
    pub fn throttling(&self) -> Option<GroupThrottling> {
        let (dir, time_key, scale) = match &self.own {
            Own::None => return None,
            Own::V2(dir) => (dir, "throttled_usec", 1_000),
            Own::V1(dirs) => (dirs.get("cpu")?, "throttled_time", 1),
        };
        let stat = fs::read_to_string(dir.join("cpu.stat")).ok()?;
        Some(GroupThrottling {
            periods: file::keyed(&stat, "nr_throttled").unwrap_or(0),
            time_ns: file::keyed(&stat, time_key)
                .unwrap_or(0)
                .saturating_mul(scale),
        })
    }
}

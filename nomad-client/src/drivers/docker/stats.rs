//! What a container uses (spec/client 18.4, 24.10).

use bollard::models::{ContainerCpuStats, ContainerStatsResponse};
use nomad_core::units::Timestamp;

use crate::drivers::{CpuUsage, MemoryUsage, ResourceUsage, TaskUsage};

fn names(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|name| (*name).to_owned()).collect())
}

/// One measurement; `core_mhz` is the speed of one core.
pub(super) fn usage(stats: &ContainerStatsResponse, core_mhz: f64, now: Timestamp) -> TaskUsage {
    TaskUsage {
        resource_usage: ResourceUsage {
            cpu_stats: cpu(stats, core_mhz),
            memory_stats: memory(stats),
            ..ResourceUsage::default()
        },
        timestamp: now,
        ..TaskUsage::default()
    }
}

fn memory(stats: &ContainerStatsResponse) -> MemoryUsage {
    let found = stats.memory_stats.clone().unwrap_or_default();
    let detail = found.stats.unwrap_or_default();
    // Names of version 1 first, then those of version 2.
    let of = |keys: [&str; 2]| keys.iter().find_map(|key| detail.get(*key)).copied();
    let is_v2 = detail.contains_key("inactive_anon") && !detail.contains_key("rss");
    MemoryUsage {
        rss: of(["rss", "anon"]).unwrap_or(0),
        cache: of(["cache", "file"]).unwrap_or(0),
        swap: of(["swap", "swap"]).unwrap_or(0),
        mapped_file: of(["mapped_file", "file_mapped"]).unwrap_or(0),
        usage: found.usage.unwrap_or(0),
        max_usage: found.max_usage.unwrap_or(0),
        measured: match is_v2 {
            true => names(&["Cache", "Swap", "Usage"]),
            false => names(&["RSS", "Cache", "Swap", "Usage", "Max Usage"]),
        },
        ..MemoryUsage::default()
    }
}

/// Times in nanoseconds: all, in the kernel, in programs.
fn times(stats: Option<&ContainerCpuStats>) -> (u64, u64, u64) {
    let used = stats.and_then(|stats| stats.cpu_usage.as_ref());
    used.map_or((0, 0, 0), |used| {
        (
            used.total_usage.unwrap_or(0),
            used.usage_in_kernelmode.unwrap_or(0),
            used.usage_in_usermode.unwrap_or(0),
        )
    })
}

fn cpu(stats: &ContainerStatsResponse, core_mhz: f64) -> CpuUsage {
    let (now, before) = (stats.cpu_stats.as_ref(), stats.precpu_stats.as_ref());
    let of_system = |stats: Option<&ContainerCpuStats>| {
        stats.and_then(|stats| stats.system_cpu_usage).unwrap_or(0)
    };
    let system = of_system(now).saturating_sub(of_system(before)) as f64;
    let cores = f64::from(now.and_then(|stats| stats.online_cpus).unwrap_or(1).max(1));
    let percent = |now: u64, before: u64| match system > 0.0 {
        true => now.saturating_sub(before) as f64 / system * cores * 100.0,
        false => 0.0,
    };
    let (all, kernel, user) = times(now);
    let (all_before, kernel_before, user_before) = times(before);
    let throttled = now.and_then(|stats| stats.throttling_data.as_ref());
    let total = percent(all, all_before);
    CpuUsage {
        system_mode: percent(kernel, kernel_before),
        user_mode: percent(user, user_before),
        total_ticks: total / 100.0 * core_mhz,
        throttled_periods: throttled
            .and_then(|data| data.throttled_periods)
            .unwrap_or(0),
        throttled_time: throttled.and_then(|data| data.throttled_time).unwrap_or(0),
        percent: total,
        measured: names(&["Throttled Periods", "Throttled Time", "Percent"]),
    }
}

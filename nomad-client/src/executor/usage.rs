//! What a task uses: its control group's memory, its processes' time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use super::process::ProcStat;
use super::{Handle, record};
use crate::drivers::{CpuUsage, MemoryUsage, ResourceUsage, TaskUsage};

/// Names of the CPU fields that are measured.
const CPU_MEASURED: [&str; 4] = ["System Mode", "User Mode", "Total Ticks", "Percent"];

/// CPU time of the processes seen at one moment.
#[derive(Debug, Clone, Default)]
struct Sample {
    at_ns: i64,
    ticks: BTreeMap<i32, (u64, u64)>,
}

/// Measures one task, again and again: percentages are of the time since the last look (at the first
/// look, since the task's start).
#[derive(Debug, Default)]
pub struct UsageMeter {
    last: Mutex<Option<Sample>>,
}

impl UsageMeter {
    /// Looks at the task now. `core_mhz` is the speed of one core, for `TotalTicks`.
    #[must_use]
    pub fn measure(&self, handle: &Handle, core_mhz: f64) -> TaskUsage {
        let now = record::now();
        let stats = members(handle);
        let ticks = stats
            .iter()
            .map(|stat| (stat.pid, (stat.user_ticks, stat.system_ticks)));
        let sample = Sample {
            at_ns: now.as_nanos(),
            ticks: ticks.collect(),
        };
        let mut last = match self.last.lock() {
            Ok(last) => last,
            Err(poisoned) => poisoned.into_inner(),
        };
        let before = last.replace(sample.clone());
        drop(last);
        let before = before.unwrap_or(Sample {
            at_ns: handle.started_at.as_nanos(),
            ticks: BTreeMap::new(),
        });
        let pids: BTreeMap<String, ResourceUsage> = stats
            .iter()
            .map(|stat| {
                (
                    stat.pid.to_string(),
                    process_usage(stat, &before, &sample, core_mhz),
                )
            })
            .collect();
        let mut whole = ResourceUsage::default();
        pids.values().for_each(|usage| whole += usage);
        if let Some(memory) = group_memory(handle) {
            whole.memory_stats = memory;
        }
        if let Some(held_back) = handle.group.throttling() {
            whole.cpu_stats.throttled_periods = held_back.periods;
            whole.cpu_stats.throttled_time = held_back.time_ns;
            let names = ["Throttled Periods", "Throttled Time"].map(str::to_owned);
            whole
                .cpu_stats
                .measured
                .get_or_insert_default()
                .extend(names);
        }
        TaskUsage {
            resource_usage: whole,
            timestamp: now,
            pids,
        }
    }
}

fn members(handle: &Handle) -> Vec<ProcStat> {
    if handle.group.is_own() {
        let pids: BTreeSet<i32> = handle.group.procs().into_iter().collect();
        return pids.into_iter().filter_map(ProcStat::of).collect();
    }
    handle.family()
}

fn process_usage(stat: &ProcStat, before: &Sample, now: &Sample, core_mhz: f64) -> ResourceUsage {
    let (user, system) = before.ticks.get(&stat.pid).copied().unwrap_or((0, 0));
    let elapsed_s = (now.at_ns.saturating_sub(before.at_ns).max(1_000_000)) as f64 / 1e9;
    let per_second = rustix::param::clock_ticks_per_second() as f64;
    let percent = |ticks: u64| 100.0 * (ticks as f64 / per_second) / elapsed_s;
    let user_mode = percent(stat.user_ticks.saturating_sub(user));
    let system_mode = percent(stat.system_ticks.saturating_sub(system));
    let all = user_mode + system_mode;
    let page = rustix::param::page_size() as u64;
    ResourceUsage {
        cpu_stats: CpuUsage {
            system_mode,
            user_mode,
            total_ticks: all / 100.0 * core_mhz,
            percent: all,
            measured: Some(CPU_MEASURED.map(str::to_owned).to_vec()),
            ..CpuUsage::default()
        },
        device_stats: Vec::new(),
        memory_stats: MemoryUsage {
            rss: stat.rss_pages.saturating_mul(page),
            measured: Some(vec!["RSS".to_owned()]),
            ..MemoryUsage::default()
        },
    }
}

fn group_memory(handle: &Handle) -> Option<MemoryUsage> {
    let memory = handle.group.memory()?;
    let fields = [
        ("RSS", memory.rss),
        ("Cache", memory.cache),
        ("Swap", memory.swap),
        ("Mapped File", memory.mapped_file),
        ("Usage", memory.usage),
        ("Max Usage", memory.max_usage),
        ("Kernel Usage", memory.kernel_usage),
        ("Kernel Max Usage", memory.kernel_max_usage),
    ];
    let measured = fields.iter().filter(|(_, value)| value.is_some());
    let measured = measured.map(|(name, _)| (*name).to_owned()).collect();
    let [
        rss,
        cache,
        swap,
        mapped_file,
        usage,
        max_usage,
        kernel_usage,
        kernel_max_usage,
    ] = fields.map(|(_, value)| value.unwrap_or(0));
    Some(MemoryUsage {
        rss,
        cache,
        swap,
        mapped_file,
        usage,
        max_usage,
        kernel_usage,
        kernel_max_usage,
        measured: Some(measured),
    })
}

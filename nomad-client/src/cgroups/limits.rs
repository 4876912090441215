//! What is written into a task's group (spec/client 19.4).

use crate::drivers::{MemoryMax, TaskResources};

/// Bytes in a MiB.
const MIB: u64 = 1 << 20;
/// Lowest and highest weight that version 1 takes.
const SHARES: (u64, u64) = (2, 262_144);
/// Lowest and highest weight that version 2 takes.
const WEIGHT: (u64, u64) = (1, 10_000);

/// Limits of one task in the kernel's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Hard memory limit in bytes; `None` is no limit.
    pub memory_hard: Option<u64>,
    /// Memory kept for the task when others want it, in bytes; only when it may use more.
    pub memory_soft: Option<u64>,
    /// CPU weight as version 1 has it: the MHz, within the kernel's bounds.
    pub cpu_shares: u64,
    /// Cores kept for this task alone.
    pub cores: Vec<u16>,
    /// Highest number of processes.
    pub pids_max: Option<u64>,
}

impl Limits {
    /// Limits for these resources: hard is `memory_max` if given, else `memory`; the reservation is
    /// written only when the task may go above it.
    #[must_use]
    pub fn of(resources: &TaskResources) -> Self {
        let reserved = resources.memory_mib.saturating_mul(MIB);
        let (memory_hard, memory_soft) = match resources.memory_max {
            MemoryMax::AsReserved | MemoryMax::Mib(0) => (Some(reserved), None),
            MemoryMax::Mib(mib) => (Some(mib.saturating_mul(MIB)), Some(reserved)),
            MemoryMax::Unlimited => (None, Some(reserved)),
        };
        Self {
            memory_hard,
            memory_soft,
            cpu_shares: resources.cpu_mhz.clamp(SHARES.0, SHARES.1),
            cores: resources.cores.clone(),
            pids_max: resources.pids_max,
        }
    }

    /// The weight of version 2: `1 + (shares - 2) * 9999 / 262142`.
    #[must_use]
    pub fn cpu_weight(&self) -> u64 {
        let above = self.cpu_shares.saturating_sub(SHARES.0);
        (1 + above.saturating_mul(9_999) / 262_142).clamp(WEIGHT.0, WEIGHT.1)
    }
}

/// Cores as the kernel writes them: `0-1,4`.
#[must_use]
pub(crate) fn core_list(cores: &[u16]) -> String {
    let mut sorted = cores.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for core in sorted {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == core => *last = core,
            _ => ranges.push((core, core)),
        }
    }
    let text = |(first, last): &(u16, u16)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resources(memory_max: MemoryMax) -> TaskResources {
        TaskResources {
            cpu_mhz: 100,
            cores: vec![],
            memory_mib: 64,
            memory_max,
            pids_max: None,
        }
    }

    #[test]
    fn memory_is_hard_unless_more_is_allowed() {
        let plain = Limits::of(&resources(MemoryMax::AsReserved));
        assert_eq!(
            (plain.memory_hard, plain.memory_soft),
            (Some(67_108_864), None)
        );
        let more = Limits::of(&resources(MemoryMax::Mib(128)));
        assert_eq!(
            (more.memory_hard, more.memory_soft),
            (Some(134_217_728), Some(67_108_864))
        );
        let free = Limits::of(&resources(MemoryMax::Unlimited));
        assert_eq!(
            (free.memory_hard, free.memory_soft),
            (None, Some(67_108_864))
        );
    }

    #[test]
    fn weights_stay_within_the_kernels_bounds() {
        let with = |cpu_mhz| {
            Limits::of(&TaskResources {
                cpu_mhz,
                ..resources(MemoryMax::AsReserved)
            })
        };
        assert_eq!((with(0).cpu_shares, with(0).cpu_weight()), (2, 1));
        assert_eq!(
            (with(1_024).cpu_shares, with(1_024).cpu_weight()),
            (1_024, 39)
        );
        assert_eq!(
            (with(9_999_999).cpu_shares, with(9_999_999).cpu_weight()),
            (262_144, 10_000)
        );
    }

    #[test]
    fn cores_are_written_as_ranges() {
        assert_eq!(core_list(&[4, 0, 1, 2, 7, 8, 8]), "0-2,4,7-8");
        assert_eq!(core_list(&[]), "");
    }
}

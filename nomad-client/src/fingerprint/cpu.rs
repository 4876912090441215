//! Processor: architecture, cores, and compute in MHz (spec/client 3.3).

use std::collections::{BTreeMap, BTreeSet};

use nomad_core::model::node::NodeCpu;

use super::{Found, Machine, Settings, numbers};
use crate::cgroups::core_list;

/// MHz of a core that tells nothing about itself (common on ARM virtual machines). The reference
/// would report none, and nothing could be placed.
const UNKNOWN_CORE_MHZ: u64 = 1_000;

/// Cores by number with their MHz, and memory nodes with their cores.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Topology {
    cores: BTreeMap<u16, u64>,
    nodes: BTreeMap<u16, Vec<u16>>,
}

/// Looks at the processor.
pub(super) fn look(machine: &Machine, settings: &Settings) -> Found {
    let topology = Topology::read(machine);
    let usable = topology.usable(settings);
    let total: u64 = topology.cores.values().sum();
    let kept: u64 = topology
        .cores
        .iter()
        .filter(|(core, _)| usable.contains(core))
        .map(|(_, mhz)| mhz)
        .sum();
    let kept = kept.saturating_sub(settings.reserved_cpu_mhz);
    let total = settings.cpu_total_compute.unwrap_or(total);
    let kept = settings.cpu_total_compute.unwrap_or(kept);

    let mut found = Found::default();
    found.set("cpu.arch", architecture());
    if let Some(name) = machine.field("proc/cpuinfo", "model name") {
        found.set("cpu.modelname", name);
    }
    found.set(
        "cpu.frequency",
        topology.cores.values().next().copied().unwrap_or(0),
    );
    found.set("cpu.numcores", topology.cores.len());
    found.set("cpu.reservablecores", usable.len());
    found.set("cpu.totalcompute", total);
    found.set("cpu.usablecompute", kept);
    found.set("numa.node.count", topology.nodes.len());
    for (node, cores) in &topology.nodes {
        found.set(&format!("numa.node{node}.cores"), core_list(cores));
    }
    found.cpu = Some(NodeCpu {
        cpu_shares: i64::try_from(total).unwrap_or(i64::MAX),
        total_cpu_cores: u16::try_from(topology.cores.len()).unwrap_or(u16::MAX),
        reservable_cpu_cores: usable.into_iter().collect(),
    });
    found
}

/// The architecture in Go's naming.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        "loongarch64" => "loong64",
        other => other,
    }
}

impl Topology {
    fn read(machine: &Machine) -> Self {
        let base = "sys/devices/system";
        let online = machine.text(format!("{base}/cpu/online"));
        let mut online = numbers::parse(&online.unwrap_or_default());
        if online.is_empty() {
            online = listed(machine);
        }
        let fallback = reported_mhz(machine).unwrap_or(UNKNOWN_CORE_MHZ);
        let cores: BTreeMap<u16, u64> = online
            .iter()
            .map(|core| (*core, core_mhz(machine, *core).unwrap_or(fallback)))
            .collect();
        let names = numbers::parse(
            &machine
                .text(format!("{base}/node/online"))
                .unwrap_or_default(),
        );
        let mut nodes = BTreeMap::new();
        for node in names {
            let list = machine
                .text(format!("{base}/node/node{node}/cpulist"))
                .unwrap_or_default();
            nodes.insert(node, numbers::parse(&list));
        }
        if nodes.is_empty() {
            nodes.insert(0, cores.keys().copied().collect());
        }
        Self { cores, nodes }
    }

    /// Cores that tasks may have.
    fn usable(&self, settings: &Settings) -> BTreeSet<u16> {
        let all: BTreeSet<u16> = self.cores.keys().copied().collect();
        let allowed = match &settings.reservable_cores {
            Some(cores) => cores
                .iter()
                .copied()
                .filter(|core| all.contains(core))
                .collect(),
            None => all,
        };
        allowed
            .into_iter()
            .filter(|core| !settings.reserved_cores.contains(core))
            .collect()
    }
}

/// Cores listed by `/proc/cpuinfo`, at least one.
fn listed(machine: &Machine) -> Vec<u16> {
    let text = machine.text("proc/cpuinfo").unwrap_or_default();
    let count = text
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count()
        .max(1);
    (0..u16::try_from(count).unwrap_or(u16::MAX)).collect()
}

/// The first clock rate that the kernel reports, in MHz.
fn reported_mhz(machine: &Machine) -> Option<u64> {
    let mhz: f64 = machine.field("proc/cpuinfo", "cpu MHz")?.parse().ok()?;
    let mhz = mhz.round();
    (1.0..1e6).contains(&mhz).then_some(mhz as u64)
}

/// A core's own clock rate: its base, else its highest.
fn core_mhz(machine: &Machine, core: u16) -> Option<u64> {
    let dir = format!("sys/devices/system/cpu/cpu{core}");
    let is_acpi = machine.text(format!("{dir}/cpufreq/scaling_driver"));
    let base = match is_acpi.as_deref() {
        Some("acpi-cpufreq") => machine.number(format!("{dir}/acpi_cppc/nominal_freq")),
        _ => machine
            .number(format!("{dir}/cpufreq/base_frequency"))
            .map(|khz| khz / 1_000),
    };
    let highest = || {
        machine
            .number(format!("{dir}/cpufreq/cpuinfo_max_freq"))
            .map(|khz| khz / 1_000)
    };
    base.filter(|mhz| *mhz > 0)
        .or_else(highest)
        .filter(|mhz| *mhz > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(files: &[(&str, &str)]) -> (tempfile::TempDir, Machine) {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let machine = Machine::at(dir.path());
        (dir, machine)
    }

    const TWO_CORES: &[(&str, &str)] = &[
        (
            "proc/cpuinfo",
            "processor : 0\nmodel name : Fast\ncpu MHz : 2299.998\nprocessor : 1\n",
        ),
        ("sys/devices/system/cpu/online", "0-1\n"),
        ("sys/devices/system/node/online", "0\n"),
        ("sys/devices/system/node/node0/cpulist", "0-1\n"),
    ];

    fn attribute(found: &Found, name: &str) -> String {
        found.attributes.get(name).cloned().unwrap_or_default()
    }

    #[test]
    fn cores_without_clock_files_have_the_reported_rate() {
        let (_dir, machine) = machine(TWO_CORES);
        let found = look(&machine, &Settings::default());
        assert_eq!(attribute(&found, "cpu.totalcompute"), "4600");
        assert_eq!(attribute(&found, "cpu.frequency"), "2300");
        assert_eq!(attribute(&found, "cpu.modelname"), "Fast");
        assert_eq!(attribute(&found, "numa.node0.cores"), "0-1");
        assert_eq!(found.cpu.unwrap().reservable_cpu_cores.0, [0, 1]);
    }

    #[test]
    fn a_core_with_a_base_rate_has_that_and_reservations_are_withheld() {
        let mut files = TWO_CORES.to_vec();
        files.push((
            "sys/devices/system/cpu/cpu0/cpufreq/base_frequency",
            "2000000",
        ));
        files.push((
            "sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq",
            "3000000",
        ));
        let (_dir, machine) = machine(&files);
        let settings = Settings {
            reserved_cores: vec![1],
            reserved_cpu_mhz: 500,
            ..Settings::default()
        };
        let found = look(&machine, &settings);
        assert_eq!(attribute(&found, "cpu.totalcompute"), "5000");
        assert_eq!(attribute(&found, "cpu.usablecompute"), "1500");
        assert_eq!(attribute(&found, "cpu.reservablecores"), "1");
    }

    #[test]
    fn a_configured_total_overrides_both_sums() {
        let (_dir, machine) = machine(&[]);
        let settings = Settings {
            cpu_total_compute: Some(200_000),
            ..Settings::default()
        };
        let found = look(&machine, &settings);
        assert_eq!(attribute(&found, "cpu.totalcompute"), "200000");
        assert_eq!(attribute(&found, "cpu.usablecompute"), "200000");
        assert_eq!(found.cpu.unwrap().cpu_shares, 200_000);
    }
}

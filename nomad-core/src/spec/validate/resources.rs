//! Rules for what a task asks of a machine.

use super::{Collector, Limits, constraint};
use crate::model::resources::{RequestedDeviceSpec, ResourcesSpec};

const CPU_MHZ_MIN: i64 = 1;
const MEMORY_MIB_MIN: i64 = 10;

pub(super) fn check(c: &mut Collector, resources: &ResourcesSpec, limits: &Limits) {
    let cpu = resources.cpu.unwrap_or_default();
    let cores = resources.cores.unwrap_or_default();
    c.require(cpu == 0 || cores == 0, || {
        "task can only ask for 'cpu' or 'cores' resource, not both".into()
    });
    c.require(cores >= 0, || {
        format!("cores must be at least 0; got {cores}")
    });
    c.require(cores > 0 || cpu >= CPU_MHZ_MIN, || {
        format!("minimum CPU value is {CPU_MHZ_MIN}; got {cpu}")
    });
    c.require(resources.disk_mb.unwrap_or_default() == 0, || {
        "task can't ask for disk resources, they have to be specified at the task group level"
            .into()
    });
    check_memory(c, resources, limits);
    for device in resources.devices.iter().flatten() {
        check_device(c, device);
    }
    if resources
        .networks
        .as_ref()
        .is_some_and(|networks| !networks.is_empty())
    {
        c.warn("task network resources have been deprecated as of Nomad 0.12.0. Please configure networking via group network block.");
    }
}

fn check_memory(c: &mut Collector, resources: &ResourcesSpec, limits: &Limits) {
    let memory = resources.memory_mb.unwrap_or_default();
    let max = resources.memory_max_mb.unwrap_or_default();
    let secrets = resources.secrets_mb.unwrap_or_default();
    c.require(memory >= MEMORY_MIB_MIN, || {
        format!("minimum MemoryMB value is {MEMORY_MIB_MIN}; got {memory}")
    });
    c.require(max == 0 || max == -1 || max >= memory, || {
        format!("MemoryMaxMB value ({max}) should be larger than MemoryMB value ({memory})")
    });
    c.require(secrets >= 0, || {
        format!("SecretsMB value ({secrets}) cannot be negative")
    });
    c.require(secrets <= memory, || {
        format!("SecretsMB value ({secrets}) cannot be larger than MemoryMB value ({memory})")
    });
    if max != 0 && !limits.memory_oversubscription {
        c.warn("memory oversubscription is not enabled; memory_max value will be ignored. Update the Scheduler Configuration to allow oversubscription.");
    }
}

fn check_device(c: &mut Collector, device: &RequestedDeviceSpec) {
    c.within(format!("device {:?}", device.name), |c| {
        c.require(!device.name.is_empty(), || "device name must be given as one of the following: type, vendor/type, or vendor/type/name".into());
        constraint::check_all(c, &device.constraints);
        constraint::check_affinities(c, &device.affinities);
        let distinct = |operand: &str| operand.starts_with("distinct_");
        let found = device.constraints.iter().flatten().any(|one| distinct(&one.operand));
        c.require(!found, || "device constraints may not use distinct operands".into());
    });
}

//! Amounts: what an allocation occupies, what a node has to give.

use std::collections::BTreeSet;

use crate::model::Node;
use crate::model::alloc::AllocatedResources;
use crate::model::task::{Lifecycle, LifecycleHook};

/// MHz and MiB, of an allocation, a node or a sum of allocations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amounts {
    /// MHz of processor time.
    pub cpu: i64,
    /// MiB of memory that placement counts.
    pub memory: i64,
    /// MiB of memory that may be reached.
    pub memory_max: i64,
    /// MiB of disk.
    pub disk: i64,
}

impl Amounts {
    /// Adds `other` to this.
    pub fn add(&mut self, other: &Self) {
        self.cpu = self.cpu.saturating_add(other.cpu);
        self.memory = self.memory.saturating_add(other.memory);
        self.memory_max = self.memory_max.saturating_add(other.memory_max);
        self.disk = self.disk.saturating_add(other.disk);
    }

    /// Takes `other` from this.
    pub fn subtract(&mut self, other: &Self) {
        self.cpu = self.cpu.saturating_sub(other.cpu);
        self.memory = self.memory.saturating_sub(other.memory);
        self.memory_max = self.memory_max.saturating_sub(other.memory_max);
        self.disk = self.disk.saturating_sub(other.disk);
    }

    /// This and `other` together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.add(other);
        self
    }
}

/// What placement may use of a node: what it has minus what is reserved (spec/scheduler 2.8).
#[must_use]
pub fn available(node: &Node) -> Amounts {
    let (has, reserved) = (&node.node_resources, &node.reserved_resources);
    let memory = has.memory.memory_mb - reserved.memory.memory_mb;
    Amounts {
        cpu: has.cpu.cpu_shares - reserved.cpu.cpu_shares,
        memory,
        memory_max: memory,
        disk: has.disk.disk_mb - reserved.disk.disk_mb,
    }
}

/// What is needed at the same time by tasks whose phases of life do not overlap
/// (spec/scheduler 2.4).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Phases {
    before: Amounts,
    main: Amounts,
    after: Amounts,
    cores_cpu: i64,
}

impl Phases {
    /// Counts a task. Processor time of tasks with cores of their own is never shared.
    pub(super) fn count(
        &mut self,
        life: Option<&Lifecycle>,
        mut amounts: Amounts,
        has_cores: bool,
    ) {
        if has_cores {
            self.cores_cpu = self.cores_cpu.saturating_add(amounts.cpu);
            amounts.cpu = 0;
        }
        match life.map(|life| (life.hook, life.sidecar)) {
            Some((LifecycleHook::Prestart, false)) => self.before.add(&amounts),
            Some((LifecycleHook::Prestart, true)) => {
                self.before.add(&amounts);
                self.main.add(&amounts);
            }
            Some((LifecycleHook::Poststop, _)) => self.after.add(&amounts),
            Some((LifecycleHook::Poststart, _)) | None => self.main.add(&amounts),
        }
    }

    /// The largest of the phases, with `disk`.
    pub(super) fn total(&self, disk: i64) -> Amounts {
        let most = |part: fn(&Amounts) -> i64| {
            part(&self.before)
                .max(part(&self.main))
                .max(part(&self.after))
        };
        let memory = most(|amounts| amounts.memory);
        let memory_max = match most(|amounts| amounts.memory_max) {
            0 => memory,
            max => max,
        };
        Amounts {
            cpu: most(|amounts| amounts.cpu).saturating_add(self.cores_cpu),
            memory,
            memory_max,
            disk,
        }
    }
}

/// What an allocation occupies, and the cores it holds (spec/scheduler 2.4).
#[must_use]
pub fn occupied(granted: &AllocatedResources) -> (Amounts, BTreeSet<u16>) {
    let mut phases = Phases::default();
    let mut cores = BTreeSet::new();
    for (name, task) in &granted.tasks {
        let life = granted.task_lifecycles.get(name).and_then(Option::as_ref);
        let amounts = Amounts {
            cpu: task.cpu.cpu_shares,
            memory: task.memory.memory_mb,
            memory_max: match task.memory.memory_max_mb {
                0 => task.memory.memory_mb,
                max => max,
            },
            disk: 0,
        };
        let reserved = &task.cpu.reserved_cores;
        phases.count(life, amounts, !reserved.is_empty());
        cores.extend(reserved.iter().copied());
    }
    (phases.total(granted.shared.disk_mb), cores)
}

//! Memory.

use super::{Found, Machine, Settings};

/// Looks at the memory: all of it, or what the configuration says.
pub(super) fn look(machine: &Machine, settings: &Settings) -> Found {
    let mut found = Found::default();
    let read = || -> Option<u64> {
        let text = machine.field("proc/meminfo", "MemTotal")?;
        let kib: u64 = text.split_whitespace().next()?.parse().ok()?;
        Some(kib.saturating_mul(1024))
    };
    let configured = settings
        .memory_total_mib
        .map(|mib| mib.saturating_mul(1 << 20));
    if let Some(bytes) = configured.or_else(read) {
        found.set("memory.totalbytes", bytes);
        found.memory_mib = Some(bytes >> 20);
    }
    found
}

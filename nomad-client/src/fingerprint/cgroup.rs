//! Control groups.

use super::Found;
use crate::cgroups::Hierarchy;

/// The attribute `os.cgroups.version`; absent when control groups are off.
pub(super) fn look() -> Found {
    let mut found = Found::default();
    if let Some(hierarchy) = Hierarchy::of_host() {
        found.set("os.cgroups.version", hierarchy.version());
    }
    found
}

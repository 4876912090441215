//! This program.

use super::{Found, Settings};

/// Version, address, and whether service discovery works.
pub(super) fn look(settings: &Settings) -> Found {
    let mut found = Found::default();
    found.set("nomad.version", &settings.version);
    if !settings.revision.is_empty() {
        found.set("nomad.revision", &settings.revision);
    }
    if settings.service_discovery {
        found.set("nomad.service_discovery", true);
    }
    if !settings.advertise_http.is_empty() {
        found.set("unique.advertise.address", &settings.advertise_http);
    }
    found
}

//! The disk that allocations lie on.

use std::os::unix::fs::MetadataExt;

use super::{Found, Machine, Settings};

/// Looks at the file system of the allocations' directory.
pub(super) fn look(machine: &Machine, settings: &Settings) -> Found {
    let mut found = Found::default();
    let dir = &settings.alloc_dir;
    let total = rustix::fs::statvfs(dir)
        .ok()
        .map(|fs| fs.f_blocks.saturating_mul(fs.f_frsize));
    let configured = settings
        .disk_total_mib
        .map(|mib| mib.saturating_mul(1 << 20));
    if let Some(bytes) = configured.or(total) {
        found.set("unique.storage.bytestotal", bytes);
        found.disk_mib = Some(bytes >> 20);
    }
    let device = std::fs::metadata(dir).ok().map(|meta| meta.dev());
    let mounts = machine.text("proc/self/mountinfo").unwrap_or_default();
    if let Some(volume) = device.and_then(|device| volume(&mounts, device)) {
        found.set("unique.storage.volume", volume);
    }
    found
}

/// The source of the mount with this device number.
fn volume(mountinfo: &str, device: u64) -> Option<String> {
    let wanted = format!(
        "{}:{}",
        rustix::fs::major(device),
        rustix::fs::minor(device)
    );
    mountinfo.lines().find_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let is_it = left.split(' ').nth(2)? == wanted;
        is_it.then(|| right.split(' ').nth(1).map(str::to_owned))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_volume_is_the_source_of_the_mount_with_the_device() {
        let mounts = "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n21 20 0:5 / /x rw - tmpfs tmpfs rw";
        assert_eq!(
            volume(mounts, rustix::fs::makedev(8, 1)).as_deref(),
            Some("/dev/sda1")
        );
        assert_eq!(volume(mounts, rustix::fs::makedev(9, 1)), None);
    }
}

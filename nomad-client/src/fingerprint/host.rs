//! Operating system, kernel and names of the machine.

use super::{Found, Machine};

/// Looks at the operating system.
pub(super) fn look(machine: &Machine) -> Found {
    let mut found = Found::default();
    found.set("kernel.name", "linux");
    found.set("kernel.arch", kernel_arch());
    if let Some(release) = machine.text("proc/sys/kernel/osrelease") {
        found.set("kernel.version", release);
    }
    if let Some(name) = machine.text("proc/sys/kernel/hostname") {
        found.set("unique.hostname", name);
    }
    if let Some(id) = host_id(machine) {
        found.set("unique.host_id", id);
    }
    let release = machine
        .text("etc/os-release")
        .or_else(|| machine.text("usr/lib/os-release"));
    let release = release.unwrap_or_default();
    if let Some(name) = release_field(&release, "ID") {
        if let Some(version) = version(machine, &release, &name) {
            found.set("os.version", version);
        }
        found.set("os.name", name);
    }
    found
}

/// The machine's architecture as the kernel names it.
fn kernel_arch() -> String {
    let names = nix::sys::utsname::uname();
    let machine = names.map(|names| names.machine().to_string_lossy().into_owned());
    machine.unwrap_or_else(|_| std::env::consts::ARCH.to_owned())
}

/// An id of the machine that stays: the board's, else the installation's, else this boot's.
fn host_id(machine: &Machine) -> Option<String> {
    let board = machine.text("sys/class/dmi/id/product_uuid");
    let installation = || machine.text("etc/machine-id").map(|id| dashed(&id));
    let boot = || machine.text("proc/sys/kernel/random/boot_id");
    board
        .or_else(installation)
        .or_else(boot)
        .map(|id| id.to_lowercase())
}

/// 32 hexadecimal digits in the groups of a UUID; anything else as it is.
fn dashed(id: &str) -> String {
    let is_plain = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_plain {
        return id.to_owned();
    }
    let mut dashed = String::with_capacity(36);
    for (at, digit) in id.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            dashed.push('-');
        }
        dashed.push(digit);
    }
    dashed
}

/// A field of `os-release`, without quotes.
fn release_field(text: &str, key: &str) -> Option<String> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
    Some(line.trim().trim_matches(['"', '\'']).to_owned())
}

/// The release's version; Debian tells the minor number in a file of its own.
fn version(machine: &Machine, release: &str, name: &str) -> Option<String> {
    let debian = machine
        .text("etc/debian_version")
        .filter(|text| name == "debian" && text.starts_with(|first: char| first.is_ascii_digit()));
    debian.or_else(|| release_field(release, "VERSION_ID"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_release_are_read_without_quotes() {
        let text = "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n";
        assert_eq!(release_field(text, "ID").as_deref(), Some("debian"));
        assert_eq!(release_field(text, "VERSION_ID").as_deref(), Some("12"));
        assert_eq!(release_field(text, "VERSION"), None);
    }

    #[test]
    fn an_installation_id_becomes_a_uuid() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(dashed(id), "01234567-89ab-cdef-0123-456789abcdef");
        assert_eq!(dashed("short"), "short");
    }
}

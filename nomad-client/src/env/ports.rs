//! Variables about addresses and ports.

use std::net::Ipv6Addr;

use nomad_core::model::alloc::AllocatedResources;
use nomad_core::model::network::{GrantedPort, NetworkResource, NetworkStatus};

/// `ip:port`, with brackets around IPv6.
fn join(ip: &str, port: i64) -> String {
    match ip.parse::<Ipv6Addr>() {
        Ok(_) => format!("[{ip}]:{port}"),
        Err(_) => format!("{ip}:{port}"),
    }
}

/// The port that a task binds: the mapped one if the job gives one, else the host's.
fn inner(value: i64, to: i64) -> i64 {
    if to > 0 { to } else { value }
}

/// Variables of the group's ports: the host's side, and the namespace's side when there is one.
pub(super) fn group(
    ports: &[GrantedPort],
    status: Option<&NetworkStatus>,
) -> Vec<(String, String)> {
    let mut vars = Vec::new();
    for port in ports {
        let (label, ip) = (&port.label, &port.host_ip);
        let to = inner(port.value, port.to);
        let addr = join(ip, port.value);
        let mut add =
            |name: &str, value: String| vars.push((format!("NOMAD_{name}_{label}"), value));
        add("IP", ip.clone());
        add("PORT", to.to_string());
        add("ADDR", addr.clone());
        add("HOST_IP", ip.clone());
        add("HOST_PORT", port.value.to_string());
        add("HOST_ADDR", addr);
        add("ALLOC_PORT", to.to_string());
        let inside = status.filter(|status| !status.address.is_empty());
        if let Some(status) = inside {
            add("ALLOC_INTERFACE", status.interface_name.clone());
            add("ALLOC_IP", status.address.clone());
            add("ALLOC_ADDR", join(&status.address, to));
        }
    }
    vars
}

fn ports_of(network: &NetworkResource) -> impl Iterator<Item = (&str, i64, i64)> {
    let all = network
        .reserved_ports
        .iter()
        .chain(network.dynamic_ports.iter());
    all.map(|port| (port.label.as_str(), port.value, port.to))
}

/// Variables of task networks, the old form: the task's own ports, and the ports of the other tasks
/// with the task's name before the label.
pub(super) fn task_networks(granted: &AllocatedResources, own: &str) -> Vec<(String, String)> {
    let mut vars = Vec::new();
    for (task, resources) in &granted.tasks {
        for network in &resources.networks {
            for (label, value, to) in ports_of(network) {
                let ip = network.ip.clone();
                let name = match task.as_str() == own {
                    true => label.to_owned(),
                    false => format!("{task}_{label}"),
                };
                let mut add =
                    |kind: &str, value: String| vars.push((format!("NOMAD_{kind}_{name}"), value));
                add("IP", ip.clone());
                add("PORT", inner(value, to).to_string());
                add("ADDR", join(&ip, value));
                if task.as_str() == own {
                    add("HOST_PORT", value.to_string());
                    let family = if ip.parse::<Ipv6Addr>().is_ok() {
                        "IPv6"
                    } else {
                        "IPv4"
                    };
                    add(family, ip.clone());
                }
            }
        }
    }
    vars
}

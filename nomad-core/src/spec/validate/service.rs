//! Rules for services and checks.

use std::collections::BTreeSet;

use super::{Collector, Complaint, is_interpolated, network};
use crate::model::TaskGroupSpec;
use crate::model::service::{ServiceCheckSpec, ServiceSpec};
use crate::units::Span;

const CHECK_SPAN_MIN: Span = Span::from_secs(1);

pub(super) fn check_group(c: &mut Collector, group: &TaskGroupSpec) {
    let labels: BTreeSet<&str> = network::networks(group)
        .flat_map(network::ports)
        .map(|port| port.label.as_str())
        .collect();
    let mut providers = BTreeSet::new();
    for one in group.services.iter().flatten() {
        providers.insert(one.provider.as_str());
        check_service(c, one, &labels, None);
        let task = one.task_name.as_str();
        let known = group.tasks.iter().flatten().any(|other| other.name == task);
        c.require(task.is_empty() || known, || {
            format!(
                "service {:?} refers to non-existent task {task:?}",
                one.name
            )
        });
    }
    for task in group.tasks.iter().flatten() {
        for one in task.services.iter().flatten() {
            providers.insert(one.provider.as_str());
            check_service(c, one, &labels, Some(&task.name));
        }
    }
    c.require(providers.len() <= 1, || {
        "multiple service providers used: task group services must use the same provider".into()
    });
    warn_shutdown(c, group);
}

fn warn_shutdown(c: &mut Collector, group: &TaskGroupSpec) {
    let delayed = group.shutdown_delay.is_some_and(|delay| delay > Span::ZERO);
    let mut tasks = group.tasks.iter().flatten();
    let has =
        |services: &Option<Vec<ServiceSpec>>| services.as_ref().is_some_and(|all| !all.is_empty());
    if has(&group.services)
        && !delayed
        && !tasks.clone().any(|task| task.shutdown_delay > Span::ZERO)
    {
        // The group is part of the sentence, as users of the reference know it.
        c.found.warnings.push(Complaint {
            path: Vec::new(),
            text: format!(
                "group {:?} defines services, but neither the group nor any of its tasks have shutdown_delay set",
                group.name
            ),
        });
    }
    if !delayed
        && let Some(task) = tasks.find(|task| has(&task.services) && task.shutdown_delay.is_zero())
    {
        c.warn(format!(
            "task {:?} defines services, but has no shutdown_delay set",
            task.name
        ));
    }
}

fn is_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn check_service(
    c: &mut Collector,
    service: &ServiceSpec,
    labels: &BTreeSet<&str>,
    task: Option<&str>,
) {
    c.within(format!("service {:?}", service.name), |c| {
        c.require(is_name(&service.name) || is_interpolated(&service.name), || {
            format!("service name must be valid per RFC 1123 and can contain only alphanumeric characters or dashes and must be no longer than 63 characters: {:?}", service.name)
        });
        check_words(c, service);
        let port = service.port_label.as_str();
        let literal = port.parse::<u16>().is_ok();
        c.require(port.is_empty() || literal || is_interpolated(port) || labels.contains(port), || {
            format!("port label {port:?} does not exist")
        });
        if let Some(task) = task {
            let named = service.task_name.as_str();
            c.require(named.is_empty() || named == task, || {
                format!("may only specify task the service belongs to, got {named:?}")
            });
        }
        for one in service.checks.iter().flatten() {
            c.within(format!("check {:?}", one.name), |c| check_check(c, one, service));
        }
    });
}

fn check_words(c: &mut Collector, service: &ServiceSpec) {
    let provider = service.provider.as_str();
    c.require(matches!(provider, "consul" | "nomad"), || {
        format!("service provider must be \"consul\", or \"nomad\"; not {provider:?}")
    });
    let mode = service.address_mode.as_str();
    c.require(
        matches!(
            mode,
            "" | "auto" | "host" | "driver" | "alloc" | "auto_advertise" | "alloc_ipv6"
        ),
        || format!("service address_mode must be \"auto\", \"host\", or \"driver\"; not {mode:?}"),
    );
    let on_update = service.on_update.as_str();
    c.require(matches!(on_update, "require_healthy" | "ignore_warnings" | "ignore"), || {
        format!("service on_update must be \"require_healthy\", \"ignore_warnings\", or \"ignore\"; not {on_update:?}")
    });
}

fn check_check(c: &mut Collector, check: &ServiceCheckSpec, service: &ServiceSpec) {
    let allowed: &[&str] = if service.provider == "nomad" {
        &["tcp", "http"]
    } else {
        &["grpc", "tcp", "http", "script"]
    };
    let kind = check.kind.as_str();
    c.require(allowed.contains(&kind), || {
        format!(
            "invalid check type ({kind:?}), must be one of {}",
            allowed.join(", ")
        )
    });
    c.require(check.timeout >= CHECK_SPAN_MIN, || {
        format!(
            "timeout ({}) is lower than required minimum timeout {CHECK_SPAN_MIN}",
            check.timeout
        )
    });
    c.require(check.interval >= CHECK_SPAN_MIN, || {
        format!(
            "interval ({}) cannot be lower than {CHECK_SPAN_MIN}",
            check.interval
        )
    });
    c.require(kind != "http" || !check.path.is_empty(), || {
        "http type must have path".into()
    });
    c.require(kind != "script" || !check.command.is_empty(), || {
        "script type must have a valid script path".into()
    });
    let status = check.initial_status.as_str();
    c.require(matches!(status, "" | "passing" | "warning" | "critical"), || {
        format!("invalid initial check state ({status}), must be one of \"passing\", \"warning\", \"critical\" or empty")
    });
    let needs_port = matches!(kind, "http" | "tcp" | "grpc");
    c.require(
        !needs_port || !service.port_label.is_empty() || !check.port_label.is_empty(),
        || "a port is needed: set port in the service or in the check".into(),
    );
}

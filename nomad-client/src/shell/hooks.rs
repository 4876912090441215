//! Hooks that need the machine's files.

use std::io::ErrorKind;
use std::net::{IpAddr, TcpListener};

use nomad_core::id::TaskName;
use nomad_core::model::network::GrantedPort;
use nomad_core::wire::node::Assignment;

use super::perform::Workshop;
use crate::alloc::hooks::AllocHook;
use crate::fs::{AllocLayout, LayoutError};
use crate::task::hooks::{HookError, TaskHook};

/// Runs a hook of an allocation.
pub(super) async fn run_alloc_hook(
    shop: &Workshop,
    assignment: &Assignment,
    hook: AllocHook,
) -> Result<(), HookError> {
    if hook == AllocHook::CheckPorts {
        return check_ports(&assignment.alloc.resources.shared.ports);
    }
    let layout = shop.layout(assignment);
    let group = assignment.job.group(assignment.alloc.task_group.as_str());
    let tasks = group.into_iter().flat_map(|group| &group.tasks);
    let tasks: Vec<TaskName> = tasks.map(|task| task.name.clone()).collect();
    blocking(layout, move |layout| match hook {
        AllocHook::BuildDir => layout.build_shared(),
        AllocHook::CheckPorts => Ok(()),
        AllocHook::Unmount => {
            tasks.iter().for_each(|task| layout.unmount_task(task));
            Ok(())
        }
        AllocHook::RemoveDir => layout.destroy(),
    })
    .await
}

/// Tries to listen where the tasks will; another program there would make each of them fail later and
/// with fewer words (spec/client 33.6).
fn check_ports(ports: &[GrantedPort]) -> Result<(), HookError> {
    for port in ports.iter().filter(|port| !port.ignore_collision) {
        let Ok(number) = u16::try_from(port.value) else {
            continue;
        };
        let Ok(address) = port.host_ip.parse::<IpAddr>() else {
            continue;
        };
        let tried = TcpListener::bind((address, number));
        if tried.is_err_and(|error| error.kind() == ErrorKind::AddrInUse) {
            let label = &port.label;
            return Err(HookError {
                message: format!(
                    "port {label:?}: {address}:{number} is in use by another program on this node"
                ),
                recoverable: true,
            });
        }
    }
    Ok(())
}

/// Runs a hook of a task.
pub(super) async fn run_task_hook(
    shop: &Workshop,
    assignment: &Assignment,
    task: &TaskName,
    hook: TaskHook,
) -> Result<(), HookError> {
    match hook {
        // Decided by the machine.
        TaskHook::Validate => Ok(()),
        TaskHook::TaskDir => {
            let secrets_mib = Workshop::secrets_mib(assignment, task);
            let task = task.clone();
            let layout = shop.layout(assignment);
            blocking(layout, move |layout| {
                layout.build_task(&task, secrets_mib).map(drop)
            })
            .await
        }
    }
}

async fn blocking(
    layout: AllocLayout,
    work: impl FnOnce(&AllocLayout) -> Result<(), LayoutError> + Send + 'static,
) -> Result<(), HookError> {
    let failed = |message: String| HookError {
        message,
        recoverable: true,
    };
    match tokio::task::spawn_blocking(move || work(&layout)).await {
        Ok(result) => result.map_err(|error| failed(error.to_string())),
        Err(error) => Err(failed(error.to_string())),
    }
}

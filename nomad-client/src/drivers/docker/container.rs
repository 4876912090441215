//! A container's name, its end, and its removal.

use std::time::{SystemTime, UNIX_EPOCH};

use bollard::Docker as Api;
use bollard::errors::Error;
use bollard::models::ContainerState;
use bollard::query_parameters::RemoveContainerOptions;
use nomad_core::units::Timestamp;

use super::super::{ExitResult, TaskRunId};
use super::engine::is_missing;

/// The time by the machine's clock.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    Timestamp(i64::try_from(nanos).unwrap_or(i64::MAX))
}

/// `<task>-<allocation>`, as the reference names containers.
pub(super) fn container_name(run: &TaskRunId) -> String {
    format!("{}-{}", run.task, run.alloc).replace('/', "_")
}

pub(super) async fn remove(api: &Api, container: &str) -> Result<(), Error> {
    let options = RemoveContainerOptions {
        force: true,
        v: true,
        ..RemoveContainerOptions::default()
    };
    match api.remove_container(container, Some(options)).await {
        Err(error) if is_missing(&error) => Ok(()),
        result => result,
    }
}

/// How the container ended (spec/client 24.6).
pub(super) fn exit_of(state: &ContainerState) -> ExitResult {
    let code = state.exit_code.unwrap_or(0);
    let oom_killed = state.oom_killed.unwrap_or(false);
    let error = match code {
        _ if oom_killed => Some("OOM Killed".to_owned()),
        0 => None,
        code => Some(format!(
            "Docker container exited with non-zero exit code: {code}"
        )),
    };
    ExitResult {
        code: i32::try_from(code).unwrap_or(-1),
        signal: 0,
        oom_killed,
        at: now(),
        error,
    }
}

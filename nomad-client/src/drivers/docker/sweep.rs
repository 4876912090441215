//! Containers that bear our label and that nobody knows (spec/client 24.9).

use std::collections::HashMap;
use std::path::Path;

use bollard::Docker as Api;
use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptions;
use nomad_core::id::AllocId;

use super::body::ALLOC_LABEL;
use super::container::remove;

/// The allocation of a container that is ours: it mounts the allocation's directory. Another agent's
/// container bears the same label and mounts another one.
fn owner(container: &ContainerSummary, allocs_dir: &Path) -> Option<AllocId> {
    let alloc = container.labels.as_ref()?.get(ALLOC_LABEL)?;
    let own = allocs_dir.join(alloc);
    let mut mounts = container.mounts.iter().flatten();
    let is_ours = mounts.any(|mount| {
        let source = mount.source.as_deref().map(Path::new);
        source.is_some_and(|source| source.starts_with(&own))
    });
    alloc.parse().ok().filter(|_| is_ours)
}

/// Removes them.
pub(super) async fn sweep(api: &Api, known: &[AllocId], allocs_dir: &Path) {
    let options = ListContainersOptions {
        all: true,
        filters: Some(HashMap::from([(
            "label".to_owned(),
            vec![ALLOC_LABEL.to_owned()],
        )])),
        ..ListContainersOptions::default()
    };
    let Ok(containers) = api.list_containers(Some(options)).await else {
        return;
    };
    for container in containers {
        let stray = owner(&container, allocs_dir).filter(|alloc| !known.contains(alloc));
        let (Some(alloc), Some(id)) = (stray, container.id) else {
            continue;
        };
        match remove(api, &id).await {
            Ok(()) => tracing::warn!(%alloc, container = id, "removed a container nobody knows"),
            Err(error) => {
                tracing::warn!(%alloc, container = id, %error, "could not remove a container")
            }
        }
    }
}

//! What the API of this node asks about.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use nomad_core::id::{AllocId, NodeId, TaskName};
use nomad_core::model::Node;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::ClientConfig;
use super::engine::Message;
use super::perform::Workshop;
use super::shown::Shown;
use crate::agent::{AllocSnapshot, Input, LocalRequest, RequestError, Shutdown};
use crate::drivers::{TaskError, TaskUsage};
use crate::fs::{AllocLayout, AllocView, FsError};

/// A running node agent. Dropping it ends the agent as [`ClientConfig::at_end`] says, without
/// waiting.
pub struct ClientHandle {
    config: ClientConfig,
    workshop: Arc<Workshop>,
    shown: Arc<Shown>,
    to_engine: mpsc::Sender<Message>,
    running: std::sync::Mutex<Option<JoinHandle<()>>>,
    watching: JoinHandle<()>,
}

impl ClientHandle {
    pub(super) fn new(
        config: ClientConfig,
        workshop: Arc<Workshop>,
        shown: Arc<Shown>,
        to_engine: mpsc::Sender<Message>,
        running: JoinHandle<()>,
        watching: JoinHandle<()>,
    ) -> Self {
        Self {
            config,
            workshop,
            shown,
            to_engine,
            running: std::sync::Mutex::new(Some(running)),
            watching,
        }
    }

    /// This node's id.
    #[must_use]
    pub fn node_id(&self) -> NodeId {
        self.workshop.identity.node_id
    }

    /// The node as it registers itself.
    #[must_use]
    pub fn node(&self) -> Arc<Node> {
        self.shown.node()
    }

    /// Registers the node with changed facts (fingerprints, metadata). Its id and drivers stay.
    pub async fn change_node(&self, mut node: Node) {
        let before = self.shown.node();
        node.id = before.id;
        node.drivers.clone_from(&before.drivers);
        let message = Message::Input(Input::NodeChanged(Box::new(node)));
        let _ = self.to_engine.send(message).await;
    }

    /// Becomes true when a server has answered with this node's allocations.
    #[must_use]
    pub fn contact(&self) -> watch::Receiver<bool> {
        self.shown.contact()
    }

    /// Changes with every change of an allocation.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shown.changes()
    }

    /// One allocation that is here.
    #[must_use]
    pub fn alloc(&self, id: AllocId) -> Option<Arc<AllocSnapshot>> {
        self.shown.alloc(id)
    }

    /// The allocations that are here.
    #[must_use]
    pub fn allocs(&self) -> Vec<Arc<AllocSnapshot>> {
        self.shown.allocs()
    }

    /// Restarts, signals or collects.
    ///
    /// # Errors
    /// [`RequestError`]; `Stopping` when the agent is ending.
    pub async fn request(&self, request: LocalRequest) -> Result<(), RequestError> {
        let (answer, answered) = oneshot::channel();
        let message = Message::Request(request, answer);
        let sent = self.to_engine.send(message).await;
        sent.map_err(|_| RequestError::Stopping)?;
        answered.await.unwrap_or(Err(RequestError::Stopping))
    }

    /// `ALLOCS`.
    #[must_use]
    pub fn alloc_dir(&self) -> &PathBuf {
        &self.config.alloc_dir
    }

    /// Where the files of an allocation lie.
    #[must_use]
    pub fn layout(&self, id: AllocId) -> AllocLayout {
        AllocLayout::new(&self.config.alloc_dir, id, self.workshop.privileged)
    }

    /// Read access to the files of an allocation.
    ///
    /// # Errors
    /// [`FsError`] when its directory is gone.
    pub fn files(&self, id: AllocId) -> Result<AllocView, FsError> {
        AllocView::open(self.layout(id).root())
    }

    /// Is canceled when the task has ended: followers of its output then stop at its end.
    #[must_use]
    pub fn task_end(&self, alloc: AllocId, task: &TaskName) -> CancellationToken {
        let token = CancellationToken::new();
        let (canceled, shown, task) = (token.clone(), Arc::clone(&self.shown), task.clone());
        tokio::spawn(async move {
            let mut changes = shown.changes();
            while shown
                .alloc(alloc)
                .is_some_and(|alloc| alloc.may_write(&task))
            {
                if changes.changed().await.is_err() {
                    break;
                }
            }
            canceled.cancel();
        });
        token
    }

    /// What the running tasks of an allocation use right now; `None` when it is not here.
    ///
    /// # Errors
    /// [`TaskError`] of the first task that cannot be measured; tasks that end meanwhile are left out.
    pub async fn usage(
        &self,
        alloc: AllocId,
    ) -> Result<Option<BTreeMap<TaskName, TaskUsage>>, TaskError> {
        let Some(snapshot) = self.shown.alloc(alloc) else {
            return Ok(None);
        };
        let mut usage = BTreeMap::new();
        for task in &snapshot.tasks {
            let Some(handle) = &task.handle else { continue };
            let Some(driver) = self.workshop.drivers.find(&handle.driver) else {
                continue;
            };
            match driver.stats(handle).await {
                Ok(used) => {
                    usage.insert(task.name.clone(), used);
                }
                Err(TaskError::NotRunning | TaskError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(usage))
    }

    /// Ends the agent as `kind` says; returns when that is done. A second call does nothing.
    pub async fn shutdown(&self, kind: Shutdown) {
        self.watching.abort();
        let Some(running) = self.take_running() else {
            return;
        };
        let message = Message::Input(Input::Shutdown(kind));
        let _ = self.to_engine.send(message).await;
        let _ = running.await;
    }

    /// Ends the agent as [`ClientConfig::at_end`] says; returns when that is done.
    pub async fn end(&self) {
        self.shutdown(self.config.at_end).await;
    }

    fn take_running(&self) -> Option<JoinHandle<()>> {
        self.running
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
    }
}

impl Drop for ClientHandle {
    fn drop(&mut self) {
        self.watching.abort();
        if self.take_running().is_some() {
            let message = Message::Input(Input::Shutdown(self.config.at_end));
            // A full queue means that the loop lives; it ends with its process.
            let _ = self.to_engine.try_send(message);
        }
    }
}

//! Starting a node agent.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use nomad_core::id::AllocId;
use nomad_core::seed::Seed;
use nomad_core::units::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::engine::{Engine, MESSAGES_MAX, Message};
use super::perform::Workshop;
use super::shown::Shown;
use super::{ClientConfig, ClientError, ClientHandle, Drivers, ServerLink};
use crate::agent::{Agent, Input};
use crate::store::{DiskStore, Identity, MemoryStore, Restored, StateStore, load_identity};

/// How often drivers are looked at (spec/client 18.3).
const FINGERPRINT_EVERY: std::time::Duration = std::time::Duration::from_secs(30);
/// After how many looks strays are removed: every five minutes (spec/client 24.9).
const SWEEP_ROUNDS: u64 = 10;

/// A node agent.
#[derive(Debug)]
pub struct Client;

/// The time by the machine's clock.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    Timestamp(i64::try_from(nanos).unwrap_or(i64::MAX))
}

impl Client {
    /// Starts a node agent: reads its state, finds its tasks again, and talks to the servers from now
    /// on. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`ClientError`] when a directory, the identity or the state cannot be used.
    pub async fn start(
        config: ClientConfig,
        link: Arc<dyn ServerLink>,
        drivers: Drivers,
    ) -> Result<ClientHandle, ClientError> {
        make_dir(&config.alloc_dir, 0o711)?;
        make_dir(&config.driver_dir, 0o700)?;
        let (identity, store, restored) = open_state(&config)?;
        for (alloc, error) in &restored.damaged {
            tracing::error!(%alloc, error, "the record of an allocation is damaged and ignored");
        }
        let mut node = config.node.clone();
        node.id = identity.node_id;
        drivers.fingerprint(&mut node, now()).await;

        let (to_engine, inbox) = mpsc::channel(MESSAGES_MAX);
        let shown = Arc::new(Shown::new(node.clone()));
        let workshop = Arc::new(Workshop {
            config: config.clone(),
            identity: identity.clone(),
            link,
            drivers: drivers.clone(),
            shown: Arc::clone(&shown),
            results: to_engine.clone(),
            privileged: nix::unistd::geteuid().is_root(),
            over: CancellationToken::new(),
        });
        let engine = Engine {
            agent: Agent::new(config.agent.clone(), Seed::new(seed(&identity))),
            store,
            workshop: Arc::clone(&workshop),
            shown: Arc::clone(&shown),
            inbox,
        };
        let started = Input::Started {
            node: Box::new(node),
            restored: restored.records,
        };
        let running = tokio::spawn(engine.run(started));
        let watch = Watch {
            shown: Arc::clone(&shown),
            drivers,
            to_engine: to_engine.clone(),
            allocs_dir: config.alloc_dir.clone(),
        };
        let watching = tokio::spawn(watch.run());
        Ok(ClientHandle::new(
            config, workshop, shown, to_engine, running, watching,
        ))
    }
}

/// Looks at the drivers every now and then.
struct Watch {
    shown: Arc<Shown>,
    drivers: Drivers,
    to_engine: mpsc::Sender<Message>,
    allocs_dir: PathBuf,
}

impl Watch {
    async fn run(self) {
        for round in 1u64.. {
            tokio::time::sleep(FINGERPRINT_EVERY).await;
            if !self.fingerprint().await {
                return;
            }
            if round.is_multiple_of(SWEEP_ROUNDS) && *self.shown.contact().borrow() {
                let known = self.shown.allocs();
                let known = known.iter().map(|alloc| alloc.assignment.alloc.id);
                let known: Vec<AllocId> = known.collect();
                self.drivers.sweep(&known, &self.allocs_dir).await;
            }
        }
    }

    /// Tells the machine when something changed; false when nobody listens any more.
    async fn fingerprint(&self) -> bool {
        let before = self.shown.node();
        let mut node = (*before).clone();
        self.drivers.fingerprint(&mut node, now()).await;
        if node == *before {
            return true;
        }
        let message = Message::Input(Input::NodeChanged(Box::new(node)));
        self.to_engine.send(message).await.is_ok()
    }
}

fn make_dir(path: &Path, mode: u32) -> Result<(), ClientError> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path);
    made.map_err(|source| ClientError::Directory {
        path: path.to_owned(),
        source,
    })
}

type State = (Identity, Arc<dyn StateStore>, Restored);

fn open_state(config: &ClientConfig) -> Result<State, ClientError> {
    let Some(dir) = &config.state_dir else {
        let store = Arc::new(MemoryStore::new());
        return Ok((Identity::draw()?, store, Restored::default()));
    };
    make_dir(dir, 0o700)?;
    let store = DiskStore::open(&dir.join("state"))?;
    let identity = load_identity(dir)?;
    let restored = store.load()?;
    Ok((identity, Arc::new(store), restored))
}

/// Jitter and the names of starts differ from node to node and from start to start.
fn seed(identity: &Identity) -> u64 {
    let (head, tail) = identity.node_id.as_bytes().split_at(8);
    let half = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_be_bytes);
    half(head) ^ half(tail) ^ now().as_nanos().unsigned_abs()
}

//! Who waits for what: readers subscribe to topics and wake when one of them is touched.
//!
//! A subscription is taken before the read that decides whether to wait, so a write between the
//! two is never missed: the wake is a version that moved, not an edge.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use nomad_core::state::Topic;
use tokio::sync::Notify;

/// One waiting reader: its subscription's number, and what wakes it.
type Waiter = (u64, Arc<Notify>);

/// The waiting readers, by topic.
#[derive(Default)]
pub struct Watchers {
    waiting: Mutex<BTreeMap<Topic, Vec<Waiter>>>,
    next: std::sync::atomic::AtomicU64,
}

/// One reader's subscription; dropping it ends it.
pub struct Subscription<'a> {
    watchers: &'a Watchers,
    id: u64,
    topics: Vec<Topic>,
    woken: Arc<Notify>,
}

impl Watchers {
    /// Subscribes to `topics`; the subscription remembers a wake until it is waited for.
    pub fn subscribe(&self, topics: &[Topic]) -> Subscription<'_> {
        let id = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let woken = Arc::new(Notify::new());
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for topic in topics {
            waiting
                .entry(topic.clone())
                .or_default()
                .push((id, woken.clone()));
        }
        drop(waiting);
        Subscription {
            watchers: self,
            id,
            topics: topics.to_vec(),
            woken,
        }
    }

    /// Wakes everybody who waits for one of `topics`.
    pub fn wake<'a>(&self, topics: impl IntoIterator<Item = &'a Topic>) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_empty() {
            return;
        }
        for topic in topics {
            for (_, woken) in waiting.get(topic).into_iter().flatten() {
                woken.notify_one();
            }
        }
    }

    /// How many topics somebody waits for.
    #[must_use]
    pub fn topics_waited_for(&self) -> usize {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

impl Subscription<'_> {
    /// Waits until a topic is touched; returns at once when that happened since the last wait.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }
}

impl Drop for Subscription<'_> {
    fn drop(&mut self) {
        let mut waiting = self
            .watchers
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for topic in &self.topics {
            if let Some(list) = waiting.get_mut(topic) {
                list.retain(|(id, _)| *id != self.id);
                if list.is_empty() {
                    waiting.remove(topic);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use nomad_core::state::TableName;

    use super::*;

    #[tokio::test]
    async fn a_wake_between_subscribing_and_waiting_is_not_lost() {
        let watchers = Watchers::default();
        let topic = Topic::Table(TableName::Jobs);
        let subscription = watchers.subscribe(std::slice::from_ref(&topic));
        watchers.wake([&topic]);
        subscription.woken().await;
    }

    #[test]
    fn a_dropped_subscription_leaves_nothing_behind() {
        let watchers = Watchers::default();
        drop(watchers.subscribe(&[Topic::Table(TableName::Jobs)]));
        assert_eq!(watchers.topics_waited_for(), 0);
    }
}

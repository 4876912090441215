//! Where an allocation stands, by what the server wants, the client said, and its node is
//! (spec/scheduler 9.3).

use super::outcome::Stop;
use super::situation::Situation;
use super::texts::{JOB_UPDATE, LOST};
use crate::model::policy::DisconnectStrategy;
use crate::model::{AllocClientStatus, AllocDesiredStatus, Allocation, NodeStatus};
use crate::units::Timestamp;

/// Where an allocation stands. Every allocation stands in exactly one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Untainted,
    Migrate,
    Lost,
    Disconnecting,
    Reconnecting,
    Ignore,
    Expiring,
}

/// The allocations by where they stand.
#[derive(Debug, Default)]
pub(super) struct Standings<'a> {
    pub(super) untainted: Vec<&'a Allocation>,
    pub(super) migrate: Vec<&'a Allocation>,
    pub(super) lost: Vec<&'a Allocation>,
    pub(super) disconnecting: Vec<&'a Allocation>,
    pub(super) reconnecting: Vec<&'a Allocation>,
    pub(super) ignore: Vec<&'a Allocation>,
    pub(super) expiring: Vec<&'a Allocation>,
}

impl<'a> Standings<'a> {
    pub(super) fn of(situation: &Situation<'a, '_>, allocs: &[&'a Allocation]) -> Self {
        let mut all = Self::default();
        for alloc in allocs {
            let list = match standing(situation, alloc) {
                Standing::Untainted => &mut all.untainted,
                Standing::Migrate => &mut all.migrate,
                Standing::Lost => &mut all.lost,
                Standing::Disconnecting => &mut all.disconnecting,
                Standing::Reconnecting => &mut all.reconnecting,
                Standing::Ignore => &mut all.ignore,
                Standing::Expiring => &mut all.expiring,
            };
            list.push(alloc);
        }
        all
    }

    /// Stops for all of them: what is lost is lost, the rest is not needed.
    pub(super) fn stop_all(&self) -> Vec<Stop<'a>> {
        let stop = |alloc, client_status, description| Stop {
            alloc,
            client_status,
            description,
            followup: None,
        };
        let is_unknown = |alloc: &&&Allocation| alloc.client_status == AllocClientStatus::Unknown;
        let unneeded = self
            .untainted
            .iter()
            .chain(&self.migrate)
            .chain(&self.disconnecting)
            .chain(&self.reconnecting)
            .chain(self.ignore.iter().chain(&self.expiring).filter(is_unknown));
        let lost = self.lost.iter();
        unneeded
            .map(|alloc| stop(*alloc, None, JOB_UPDATE))
            .chain(lost.map(|alloc| stop(*alloc, Some(AllocClientStatus::Lost), LOST)))
            .collect()
    }
}

/// When the latest period began in which the client was unknown.
pub(super) fn last_unknown(alloc: &Allocation) -> Option<Timestamp> {
    let unknown = AllocClientStatus::Unknown.as_str();
    let mut states = alloc.alloc_states.iter().rev();
    states
        .find(|state| state.value == unknown)
        .map(|state| state.time)
}

/// The server marked it unknown and nobody reconciled that yet.
pub(super) fn must_reconnect(alloc: &Allocation) -> bool {
    let last = alloc.alloc_states.last();
    last.is_some_and(|state| state.value == AllocClientStatus::Unknown.as_str())
}

fn disconnect<'a>(
    situation: &Situation<'a, '_>,
    alloc: &Allocation,
) -> Option<&'a DisconnectStrategy> {
    situation.group_of(alloc)?.disconnect.as_ref()
}

/// It was unknown for longer than it may be.
fn is_expired(situation: &Situation<'_, '_>, alloc: &Allocation) -> bool {
    if alloc.client_status != AllocClientStatus::Unknown {
        return false;
    }
    let Some(group) = situation.group_of(alloc) else {
        return false;
    };
    let lost_after = group
        .disconnect
        .as_ref()
        .map_or_else(Default::default, |d| d.lost_after);
    last_unknown(alloc).is_some_and(|since| since.plus(lost_after) <= situation.now)
}

/// A disconnected allocation is replaced; unless its group says otherwise.
pub(super) fn replaces(situation: &Situation<'_, '_>, alloc: &Allocation) -> bool {
    disconnect(situation, alloc).and_then(|disconnect| disconnect.replace) != Some(false)
}

fn standing(situation: &Situation<'_, '_>, alloc: &Allocation) -> Standing {
    use AllocClientStatus::{Failed, Pending, Running, Unknown};
    let client = alloc.client_status;
    let back = matches!(client, Unknown | Running | Failed) && must_reconnect(alloc);
    let wish = alloc.desired_transition;
    let is_canary = alloc.deployment_status.is_some_and(|status| status.canary);
    if back && alloc.desired_status == AllocDesiredStatus::Run && client == Failed {
        return Standing::Reconnecting;
    }
    if !back && alloc.is_server_terminal() {
        return match wish.migrate_disable_placement {
            Some(true) => Standing::Untainted,
            _ => Standing::Ignore,
        };
    }
    if !back && alloc.is_terminal() {
        return match is_canary && wish.migrate == Some(true) {
            true => Standing::Migrate,
            false => Standing::Untainted,
        };
    }
    if is_expired(situation, alloc) {
        return Standing::Expiring;
    }
    if back && client == Failed && alloc.desired_status == AllocDesiredStatus::Stop {
        return Standing::Ignore;
    }
    let node = situation.tainted.get(&alloc.node_id);
    let status = node.map(|node| node.map(|node| node.status));
    if status == Some(Some(NodeStatus::Disconnected)) {
        let tolerated = disconnect(situation, alloc).is_some_and(|d| !d.lost_after.is_zero());
        return match client {
            Unknown => Standing::Untainted,
            Pending => Standing::Lost,
            _ if !tolerated => Standing::Lost,
            _ => Standing::Disconnecting,
        };
    }
    if wish.migrate == Some(true) {
        return Standing::Migrate;
    }
    match status {
        None | Some(Some(NodeStatus::Ready)) if back => Standing::Reconnecting,
        None | Some(Some(NodeStatus::Ready)) => Standing::Untainted,
        Some(None) => Standing::Lost,
        Some(Some(NodeStatus::Down)) => match client {
            Unknown if !replaces(situation, alloc) => Standing::Untainted,
            Running if !replaces(situation, alloc) => Standing::Disconnecting,
            _ => Standing::Lost,
        },
        _ => Standing::Untainted,
    }
}

//! Evaluations in work: handed to workers, decided, tried again when other plans were faster
//! (spec/scheduler 5.1).

use std::sync::Arc;

use nomad_core::command::Command;
use nomad_core::id::EvalId;
use nomad_core::model::{EvalStatus, Evaluation, JobType, Trigger};
use nomad_core::schedule::Decision;
use nomad_core::units::Timestamp;

use super::input::{DecideError, DecisionTask, Effect, Token};
use super::machine::Server;
use super::proposals::Waiting;
use crate::applier::Submitted;

/// An evaluation that was handed out.
pub(super) struct Work {
    pub(super) token: Token,
    /// Attempts without progress.
    pub(super) attempts: u32,
    pub(super) stage: Stage,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits for a worker, a second time.
    Again,
    /// A worker decides.
    Deciding,
    /// Its plan waits for the applier, or its end for the log.
    Committing,
}

/// Attempts without progress before an evaluation gives up (spec/scheduler 5.1).
fn attempts_max(kind: JobType) -> u32 {
    match kind {
        JobType::Service | JobType::System => 5,
        JobType::Batch | JobType::Sysbatch => 2,
    }
}

impl Server {
    /// Keeps the workers busy.
    pub(super) fn dispatch(&mut self, out: &mut Vec<Effect>) {
        if self.state.scheduler_config().pause_eval_broker {
            return;
        }
        while let Some(task) = self.next_task() {
            out.push(Effect::Decide(Box::new(task)));
        }
    }

    fn next_task(&mut self) -> Option<DecisionTask> {
        let now = self.now;
        let leader = self.leader.as_mut()?;
        let deciding = leader
            .work
            .values()
            .filter(|it| it.stage == Stage::Deciding);
        if deciding.count() >= self.config.workers {
            return None;
        }
        let again = leader.work.iter().find(|(_, it)| it.stage == Stage::Again);
        if let Some((id, _)) = again {
            let id = *id;
            let eval = Arc::clone(self.state.eval(&id)?);
            let work = leader.work.get_mut(&id)?;
            work.stage = Stage::Deciding;
            let (token, attempts) = (work.token, work.attempts);
            let _ = leader.broker.resume(now, id, token);
            return Some(self.task(eval, token, attempts));
        }
        loop {
            let (eval, token) = leader.broker.dequeue(now)?;
            let stored = self.state.eval(&eval.id);
            let Some(stored) = stored.filter(|it| !it.status.is_terminal()) else {
                // It was canceled while it waited (edge case E12).
                let _ = leader.broker.ack(now, eval.id, token);
                continue;
            };
            let stored = Arc::clone(stored);
            let work = Work {
                token,
                attempts: 0,
                stage: Stage::Deciding,
            };
            leader.work.insert(eval.id, work);
            return Some(self.task(stored, token, 0));
        }
    }

    fn task(&mut self, eval: Arc<Evaluation>, token: Token, attempts: u32) -> DecisionTask {
        DecisionTask {
            eval,
            token,
            attempts,
            snapshot: self.state.snapshot(),
            now: self.now,
            seed: self.seed.next_u64(),
        }
    }

    /// A worker decided, or could not.
    pub(super) fn decided(
        &mut self,
        id: EvalId,
        token: Token,
        decision: Result<Box<Decision>, DecideError>,
        out: &mut Vec<Effect>,
    ) {
        let Some(leader) = &mut self.leader else {
            return;
        };
        if leader.broker.pause(id, token).is_err() {
            return;
        }
        let Ok(decision) = decision else {
            self.give_back(id, token);
            return;
        };
        if let Some(work) = leader.work.get_mut(&id) {
            work.stage = Stage::Committing;
        }
        if decision.plan.is_noop() {
            let evals = closing(*decision);
            self.propose(
                Waiting::Settle { eval: id, token },
                Command::UpdateEvals { evals },
                out,
            );
            return;
        }
        leader.applier.submit(Submitted {
            eval: id,
            token,
            decision: *decision,
        });
    }

    /// Other plans were faster on some nodes: decide again, on a newer snapshot, or give up.
    pub(super) fn try_again(
        &mut self,
        id: EvalId,
        token: Token,
        progress: bool,
        out: &mut Vec<Effect>,
    ) {
        let Some(leader) = &mut self.leader else {
            return;
        };
        if !leader.broker.is_outstanding(id, token) {
            leader.work.remove(&id);
            return;
        }
        let Some(work) = leader.work.get_mut(&id) else {
            return;
        };
        work.attempts = if progress { 0 } else { work.attempts + 1 };
        let Some(eval) = self.state.eval(&id).cloned() else {
            self.finish(id, token);
            return;
        };
        if work.attempts < attempts_max(eval.kind) {
            work.stage = Stage::Again;
            return;
        }
        let attempts = work.attempts;
        let evals = self.exhausted(&eval, attempts);
        self.propose(
            Waiting::Settle { eval: id, token },
            Command::UpdateEvals { evals },
            out,
        );
    }

    /// The evaluation failed; a blocked one is tried again in a minute.
    fn exhausted(&mut self, eval: &Evaluation, attempts: u32) -> Vec<Evaluation> {
        let mut failed = eval.clone();
        failed.status = EvalStatus::Failed;
        failed.status_description = format!("maximum attempts reached ({attempts})");
        if matches!(eval.kind, JobType::System | JobType::Sysbatch) {
            return vec![failed];
        }
        let blocked = Evaluation {
            status: EvalStatus::Blocked,
            status_description: "created due to placement conflicts".to_owned(),
            escaped_computed_class: true,
            snapshot_index: self.state.index(),
            previous_eval: Some(eval.id),
            ..self.next_eval(eval, Trigger::MaxPlans)
        };
        failed.blocked_eval = Some(blocked.id);
        vec![blocked, failed]
    }

    /// The evaluation is done.
    pub(super) fn finish(&mut self, id: EvalId, token: Token) {
        let now: Timestamp = self.now;
        if let Some(leader) = &mut self.leader
            && leader.broker.ack(now, id, token).is_ok()
        {
            leader.work.remove(&id);
        }
    }

    /// The evaluation is handed out again, later.
    pub(super) fn give_back(&mut self, id: EvalId, token: Token) {
        let now = self.now;
        if let Some(leader) = &mut self.leader
            && leader.broker.nack(now, id, token).is_ok()
        {
            leader.work.remove(&id);
        }
    }
}

/// The evaluations that end a decision: those it created, then its own.
pub(super) fn closing(decision: Decision) -> Vec<Evaluation> {
    let mut evals = decision.created;
    evals.push(decision.eval);
    evals
}

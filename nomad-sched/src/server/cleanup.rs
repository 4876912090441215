//! Evaluations that end without a decision, and garbage (spec/scheduler 4.7 and 18).

use nomad_core::command::Command;
use nomad_core::id::EvalId;
use nomad_core::model::{EvalStatus, Evaluation, Trigger};
use nomad_core::units::Span;

use super::config::CANCELED_PER_ENTRY_MAX;
use super::input::{Effect, Ticket};
use super::machine::Server;
use super::proposals::Waiting;
use crate::broker::DELIVERY_LIMIT;
use crate::collector::{Garbage, choose};

/// Shortest wait of a follow-up of a failed evaluation.
const FOLLOW_UP_MIN: Span = Span::from_mins(1);
/// Up to this is added to it at random.
const FOLLOW_UP_JITTER: Span = Span::from_mins(5);

impl Server {
    /// Moves on what is due in the broker and among the blocked.
    pub(super) fn advance_evals(&mut self) {
        let now = self.now;
        let Some(leader) = &mut self.leader else {
            return;
        };
        for expired in leader.broker.advance(now) {
            leader.work.remove(&expired);
        }
        for eval in leader.blocked.release_failed(now) {
            leader.broker.enqueue(now, eval);
        }
    }

    /// Writes the end of evaluations that nobody will decide.
    pub(super) fn end_evals(&mut self, out: &mut Vec<Effect>) {
        let Some(leader) = &mut self.leader else {
            return;
        };
        let superseded = leader.broker.take_superseded(CANCELED_PER_ENTRY_MAX);
        let duplicates = leader.blocked.take_duplicates();
        let failed = leader.broker.take_failed();
        let mut evals = Vec::new();
        for id in superseded {
            let text = "canceled after more recent eval was processed".to_owned();
            evals.extend(self.ended(id, EvalStatus::Canceled, text));
        }
        for id in duplicates {
            if let Some(eval) = self.state.eval(&id) {
                let job = &eval.job_id;
                let text = format!("existing blocked evaluation exists for job \"{job}\"");
                evals.extend(self.ended(id, EvalStatus::Canceled, text));
            }
        }
        for id in failed {
            let text = format!("evaluation reached delivery limit ({DELIVERY_LIMIT})");
            if let Some(mut eval) = self.ended(id, EvalStatus::Failed, text) {
                if self.state.job(&eval.job_key()).is_some() {
                    let follow_up = self.follow_up(&eval);
                    eval.next_eval = Some(follow_up.id);
                    evals.push(follow_up);
                }
                evals.push(eval);
            }
        }
        if !evals.is_empty() {
            self.propose(Waiting::Nobody, Command::UpdateEvals { evals }, out);
        }
    }

    fn ended(&self, id: EvalId, status: EvalStatus, text: String) -> Option<Evaluation> {
        let eval = self.state.eval(&id)?;
        (!eval.status.is_terminal()).then(|| Evaluation {
            status,
            status_description: text,
            ..(**eval).clone()
        })
    }

    fn follow_up(&mut self, eval: &Evaluation) -> Evaluation {
        let jitter = self.seed.below(FOLLOW_UP_JITTER.0.unsigned_abs());
        Evaluation {
            wait: Span(FOLLOW_UP_MIN.0.saturating_add_unsigned(jitter)),
            ..self.next_eval(eval, Trigger::FailedFollowUp)
        }
    }

    /// Collects garbage every few minutes.
    pub(super) fn collect_when_due(&mut self, out: &mut Vec<Effect>) {
        let now = self.now;
        let due = self
            .leader
            .as_mut()
            .is_some_and(|leader| leader.collector.is_due(now));
        if due {
            let thresholds = self.config.gc.clone();
            let garbage = choose(&self.state, now, &thresholds);
            self.propose_collect(None, garbage, out);
        }
    }

    /// Collects everything that is over, now.
    pub(super) fn collect_all(&mut self, ticket: Ticket, out: &mut Vec<Effect>) {
        let thresholds = crate::collector::GcThresholds::forced();
        let garbage = choose(&self.state, self.now, &thresholds);
        if garbage.is_empty() {
            out.push(super::commit::done(ticket, self.state.index(), true));
            return;
        }
        self.propose_collect(Some(ticket), garbage, out);
    }

    fn propose_collect(&mut self, ticket: Option<Ticket>, garbage: Garbage, out: &mut Vec<Effect>) {
        let parts = garbage.into_commands();
        let count = parts.len();
        for (at, command) in parts.into_iter().enumerate() {
            let last = at + 1 == count;
            self.propose(Waiting::Collected { ticket, last }, command, out);
        }
    }
}

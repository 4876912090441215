//! Judging plans and committing what passes, many per entry (spec/scheduler 12).

use std::collections::BTreeSet;

use nomad_core::command::{Command, ENTRY_VERSION, Entry};
use nomad_core::fit::verify;
use nomad_core::model::{EvalStatus, Evaluation, PlanResult, Trigger};
use nomad_core::state::State;

use super::config::PLANS_PER_ENTRY_MAX;
use super::decide::closing;
use super::input::{Effect, ProposalId};
use super::machine::Server;
use super::proposals::{PlanInFlight, Waiting};
use crate::applier::Submitted;

/// The entry being put together.
#[derive(Default)]
struct Draft {
    results: Vec<PlanResult>,
    evals: Vec<Evaluation>,
    committed: Vec<PlanInFlight>,
}

impl Server {
    /// Judges the plans that wait, unless an entry of plans is on its way.
    pub(super) fn apply_plans(&mut self, out: &mut Vec<Effect>) {
        let Some(leader) = &mut self.leader else {
            return;
        };
        let waiting = leader.applier.take(PLANS_PER_ENTRY_MAX);
        if waiting.is_empty() {
            return;
        }
        let several = waiting.len() > 1;
        let mut scratch = self.state.clone();
        let mut draft = Draft::default();
        for submitted in waiting {
            self.judge(&mut scratch, several, submitted, &mut draft, out);
        }
        if draft.results.is_empty() {
            return;
        }
        let Draft {
            results,
            evals,
            committed,
        } = draft;
        let command = Command::ApplyPlans { results, evals };
        let proposal = self.propose(Waiting::Plans { committed }, command, out);
        if let Some(leader) = &mut self.leader {
            leader.applier.sent(proposal);
        }
    }

    fn judge(
        &mut self,
        scratch: &mut State,
        several: bool,
        submitted: Submitted,
        draft: &mut Draft,
        out: &mut Vec<Effect>,
    ) {
        let Submitted {
            eval,
            token,
            mut decision,
        } = submitted;
        decision.plan.eval_id = eval;
        let verified = verify(scratch, &decision.plan);
        let full = verified.is_full();
        let result = verified.result;
        let progress = !result.plan.is_noop();
        if !progress && !full {
            self.try_again(eval, token, false, out);
            return;
        }
        let preempted = self.preemption_evals(&result);
        let evals = if full {
            closing(decision)
        } else {
            // Committed allocations may name a follow-up that was made with them.
            let follows = |eval: &Evaluation| eval.status == EvalStatus::Pending;
            decision.created.into_iter().filter(follows).collect()
        };
        if several {
            advance(scratch, &result, self.now);
        }
        draft.results.push(result);
        draft.evals.extend(evals);
        draft.evals.extend(preempted);
        draft.committed.push(PlanInFlight {
            eval,
            token,
            full,
            progress,
        });
    }

    /// An evaluation per job that loses an allocation (spec/scheduler 12.5).
    fn preemption_evals(&mut self, result: &PlanResult) -> Vec<Evaluation> {
        let lost = result.plan.preemptions.iter();
        let keys: BTreeSet<_> = lost
            .filter_map(|stop| self.state.alloc(&stop.id))
            .map(|alloc| alloc.job_key())
            .collect();
        keys.iter()
            .map(|key| self.key_eval(key, Trigger::Preemption))
            .collect()
    }

    /// An entry of plans is committed.
    pub(super) fn plans_committed(
        &mut self,
        proposal: ProposalId,
        committed: Vec<PlanInFlight>,
        out: &mut Vec<Effect>,
    ) {
        self.plans_settled(proposal);
        for plan in committed {
            if plan.full {
                self.finish(plan.eval, plan.token);
            } else {
                self.try_again(plan.eval, plan.token, plan.progress, out);
            }
        }
    }

    /// The next entry of plans may go.
    pub(super) fn plans_settled(&mut self, proposal: ProposalId) {
        if let Some(leader) = &mut self.leader {
            leader.applier.settled(proposal);
        }
    }
}

/// Later plans of the same entry are judged as if this one were committed.
fn advance(scratch: &mut State, result: &PlanResult, now: nomad_core::units::Timestamp) {
    let index = scratch.index().next();
    let entry = Entry {
        version: ENTRY_VERSION,
        now,
        command: Command::ApplyPlans {
            results: vec![result.clone()],
            evals: Vec::new(),
        },
    };
    // Plans are never refused when applied; if one were, the next would be judged more strictly.
    let _ = scratch.apply(index, &entry);
}

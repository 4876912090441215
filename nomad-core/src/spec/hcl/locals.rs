//! `locals` blocks: values that refer to variables and to each other in any order.

use super::place::span_of;
use super::references::references;
use crate::hcl::limits::DECLARATIONS_MAX;
use crate::hcl::{Diagnostics, Evaluator, Fault, Scope, Value};
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Structure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// A local that waits for its value.
struct Pending<'b> {
    name: &'b str,
    span: Range<usize>,
    expr: &'b Expression,
    needs: Vec<String>,
    /// Uses `local` as a whole: waits for all that do not.
    needs_all: bool,
}

/// The values of all locals of a file, as one object.
pub(super) fn evaluate_locals(
    evaluator: &Evaluator<'_>,
    blocks: &[&Block],
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Value {
    let mut pending = collect(evaluator, blocks, diagnostics);
    let mut done: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    while !pending.is_empty() {
        let waiting: BTreeSet<String> = pending.iter().map(|one| one.name.to_owned()).collect();
        let only_whole = pending.iter().all(|one| one.needs_all);
        let (ready, blocked): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|one| match one.needs_all {
                true => only_whole,
                false => !one.needs.iter().any(|need| waiting.contains(need)),
            });
        if ready.is_empty() {
            report_cycle(evaluator, &blocked, diagnostics);
            break;
        }
        let inner = scope.inner().with("local", Value::object(done.clone()));
        for one in ready {
            match evaluator.evaluate(one.expr, &inner) {
                Ok(value) => {
                    done.insert(Arc::from(one.name), value);
                }
                Err(fault) => diagnostics.push(
                    evaluator
                        .source()
                        .diagnose(&fault)
                        .with_hints([format!("this is in the definition of local.{}", one.name)]),
                ),
            }
        }
        pending = blocked;
    }
    Value::object(done)
}

fn collect<'b>(
    evaluator: &Evaluator<'_>,
    blocks: &[&'b Block],
    diagnostics: &mut Diagnostics,
) -> Vec<Pending<'b>> {
    let mut pending: Vec<Pending<'b>> = Vec::new();
    for structure in blocks.iter().flat_map(|block| block.body.iter()) {
        match structure {
            Structure::Attribute(node) => {
                let name = node.key.as_str();
                if pending.len() >= DECLARATIONS_MAX {
                    let fault = Fault::new(span_of(&node.key), "too many locals")
                        .detail(format!("a file may define {DECLARATIONS_MAX}"));
                    diagnostics.push(evaluator.source().diagnose(&fault));
                    break;
                }
                let used = references("local", &node.value);
                let one = Pending {
                    name,
                    span: span_of(&node.key),
                    expr: &node.value,
                    needs: used
                        .named
                        .into_iter()
                        .map(|reference| reference.name)
                        .collect(),
                    needs_all: used.whole,
                };
                // Of two with one name the later wins, as in the original.
                match pending.iter_mut().find(|known| known.name == name) {
                    Some(known) => {
                        diagnostics.push(
                            evaluator
                                .source()
                                .diagnose(&Fault::new(
                                    one.span.clone(),
                                    format!(
                                        "local.{name} is defined twice; this definition is used"
                                    ),
                                ))
                                .as_warning(),
                        );
                        *known = one;
                    }
                    None => pending.push(one),
                }
            }
            Structure::Block(node) => {
                let fault = Fault::new(span_of(&node.ident), "unknown block")
                    .detail("a locals block holds values only: name = value");
                diagnostics.push(evaluator.source().diagnose(&fault));
            }
        }
    }
    pending
}

fn report_cycle(evaluator: &Evaluator<'_>, cycle: &[Pending<'_>], diagnostics: &mut Diagnostics) {
    let Some(first) = cycle.first() else { return };
    let names: Vec<String> = cycle
        .iter()
        .map(|one| format!("local.{}", one.name))
        .collect();
    let fault = Fault::new(first.span.clone(), "locals that need each other").detail(format!(
        "none of these can be computed before another: {}",
        names.join(", ")
    ));
    diagnostics.push(evaluator.source().diagnose(&fault));
}

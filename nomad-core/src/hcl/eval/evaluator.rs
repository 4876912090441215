//! The evaluator: dispatch by kind of expression, and the bounds.

use super::scope::Scope;
use super::span_of;
use crate::hcl::fault::Fault;
use crate::hcl::limits::{DEPTH_MAX, STEPS_MAX, VALUE_WEIGHT_MAX};
use crate::hcl::number::Number;
use crate::hcl::outside::{FileSource, RandomSource};
use crate::hcl::source::Source;
use crate::hcl::value::Value;
use hcl_edit::expr::{Array, Expression};
use std::cell::Cell;

/// Steps that a failure counts as: its message is work, and `try` may fail often.
const FAULT_STEPS: u64 = 500;
/// Bytes and nodes of a value that count as one step where all of it is looked at.
const WEIGHT_PER_STEP: u64 = 16;

/// What an expression gives.
pub(super) type Evaluated = Result<Value, Box<Fault>>;

/// Evaluates the expressions of one source.
pub struct Evaluator<'a> {
    pub(super) source: &'a Source,
    pub(crate) files: Option<&'a dyn FileSource>,
    pub(crate) random: Option<&'a dyn RandomSource>,
    /// No variables and no functions, as in files of variables.
    pub(super) constants_only: bool,
    depth: Cell<usize>,
    steps: Cell<u64>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator with all functions, except those that need files or randomness.
    #[must_use]
    pub fn new(source: &'a Source) -> Self {
        Self {
            source,
            files: None,
            random: None,
            constants_only: false,
            depth: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// The same with files for `file()` and friends.
    #[must_use]
    pub fn with_files(mut self, files: Option<&'a dyn FileSource>) -> Self {
        self.files = files;
        self
    }

    /// The same with randomness for `uuidv4()`.
    #[must_use]
    pub fn with_random(mut self, random: Option<&'a dyn RandomSource>) -> Self {
        self.random = random;
        self
    }

    /// The same without variables and functions.
    #[must_use]
    pub fn constants_only(mut self) -> Self {
        self.constants_only = true;
        self
    }

    /// The source whose expressions are evaluated.
    #[must_use]
    pub fn source(&self) -> &'a Source {
        self.source
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// The innermost place that has no value, or the limit that was reached.
    pub fn evaluate(&self, expr: &Expression, scope: &Scope<'_>) -> Evaluated {
        self.count_step(expr)?;
        self.depth.set(self.depth.get() + 1);
        let value = self.dispatch(expr, scope);
        self.depth.set(self.depth.get() - 1);
        let value = value.inspect_err(|_| self.spend(FAULT_STEPS))?;
        if value.weight() > VALUE_WEIGHT_MAX {
            let detail = format!("values are limited to {VALUE_WEIGHT_MAX} bytes and nodes");
            return Err(Fault::new(span_of(expr), "value too large").detail(detail));
        }
        Ok(value)
    }

    /// Counts work beside that of single nodes; the next node finds out that it was too much.
    pub(super) fn spend(&self, steps: u64) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    /// Counts work on the whole of a value.
    pub(super) fn spend_on(&self, value: &Value) {
        self.spend(value.weight() / WEIGHT_PER_STEP);
    }

    fn count_step(&self, expr: &Expression) -> Result<(), Box<Fault>> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps > STEPS_MAX {
            return Err(
                Fault::new(span_of(expr), "too much to compute").detail(format!(
                    "a file may take {STEPS_MAX} steps; loops count as they run"
                )),
            );
        }
        if self.depth.get() >= DEPTH_MAX {
            return Err(Fault::new(span_of(expr), "nested too deeply")
                .detail(format!("expressions may be {DEPTH_MAX} levels deep")));
        }
        Ok(())
    }

    fn dispatch(&self, expr: &Expression, scope: &Scope<'_>) -> Evaluated {
        match expr {
            Expression::Null(_) => Ok(Value::Null),
            Expression::Bool(bool) => Ok(Value::Bool(*bool.value())),
            Expression::Number(_) => self.number(expr),
            Expression::String(text) => Ok(Value::text(text.value())),
            Expression::Array(array) => self.tuple(array, scope),
            Expression::Object(object) => self.object(object, scope),
            Expression::StringTemplate(template) => self.quoted(template, scope),
            Expression::HeredocTemplate(heredoc) => self.heredoc(expr, heredoc, scope),
            Expression::Parenthesis(inner) => self.evaluate(inner.inner(), scope),
            Expression::Variable(name) => self.variable(name.as_str(), &span_of(expr), scope),
            Expression::Conditional(conditional) => self.conditional(conditional, scope),
            Expression::FuncCall(call) => self.call(call, scope),
            Expression::Traversal(traversal) => self.traversal(traversal, scope),
            Expression::UnaryOp(operation) => self.unary(operation, &span_of(expr), scope),
            Expression::BinaryOp(operation) => self.binary(operation, &span_of(expr), scope),
            Expression::ForExpr(for_expr) => self.for_expr(for_expr, scope),
        }
    }

    /// A number from its text, so that no digit is lost.
    fn number(&self, expr: &Expression) -> Evaluated {
        let span = span_of(expr);
        let written: String = self
            .source
            .slice(&span)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        written
            .parse::<Number>()
            .map(Value::Number)
            .map_err(|error| Fault::new(span, "not a number").detail(error.to_string()))
    }

    fn tuple(&self, array: &Array, scope: &Scope<'_>) -> Evaluated {
        let items = array.iter().map(|item| self.evaluate(item, scope));
        Ok(Value::tuple(items.collect::<Result<_, _>>()?))
    }
}

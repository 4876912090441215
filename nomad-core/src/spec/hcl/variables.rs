//! `variable` and `variables` blocks: declarations, types, defaults, validation.

use super::argument::value_span;
use super::place::{label_span, open_brace, span_of};
use super::references::references;
use crate::hcl::limits::DECLARATIONS_MAX;
use crate::hcl::{
    Diagnostic, Diagnostics, Evaluator, Fault, Scope, Type, Value, convert, did_you_mean, read_type,
};
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Structure};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A variable that a file declares.
pub(super) struct Variable<'b> {
    pub(super) name: String,
    pub(super) declared_at: Range<usize>,
    pub(super) wanted: Option<Type>,
    pub(super) value: Option<Value>,
    /// Where a value from outside came from: a source of its own with its place.
    pub(super) given: Option<Diagnostic>,
    validations: Vec<Validation<'b>>,
}

struct Validation<'b> {
    place: Range<usize>,
    condition: &'b Expression,
    message: String,
}

/// Reads declarations of one file.
pub(super) struct Declarations<'a, 'b> {
    pub(super) evaluator: &'a Evaluator<'a>,
    /// Evaluates defaults: no variables, no functions.
    pub(super) constants: &'a Evaluator<'a>,
    pub(super) diagnostics: Diagnostics,
    pub(super) variables: Vec<Variable<'b>>,
}

impl<'b> Declarations<'_, 'b> {
    pub(super) fn report(&mut self, fault: &Fault) {
        self.diagnostics
            .push(self.evaluator.source().diagnose(fault));
    }

    /// `variables { name = default }`.
    pub(super) fn add_all(&mut self, block: &'b Block) {
        for structure in &block.body {
            match structure {
                Structure::Attribute(node) => {
                    match self.constants.evaluate(&node.value, &Scope::root()) {
                        Ok(value) => self.declare(Variable {
                            name: node.key.as_str().to_owned(),
                            declared_at: span_of(&node.key),
                            wanted: None,
                            value: Some(value),
                            given: None,
                            validations: Vec::new(),
                        }),
                        Err(fault) => self.report(&fault),
                    }
                }
                Structure::Block(node) => self.report(
                    &Fault::new(span_of(&node.ident), "unknown block")
                        .detail("a variables block holds defaults only: name = value"),
                ),
            }
        }
    }

    /// `variable "name" { ... }`.
    pub(super) fn add(&mut self, block: &'b Block) {
        let Some(label) = block.labels.first() else {
            let brace = open_brace(self.evaluator.source(), block);
            return self.report(
                &Fault::new(brace, "name of the variable is missing")
                    .detail("a variable block has a name in quotes before its brace")
                    .hint("write it as variable \"name\" {"),
            );
        };
        if let Some(extra) = block.labels.get(1) {
            return self.report(
                &Fault::new(label_span(extra), "unexpected label of a variable block")
                    .detail("a variable block has one label, its name"),
            );
        }
        if !is_name(label.as_str()) {
            return self.report(&Fault::new(label_span(label), "unsuitable name of a variable").detail(
                "a name begins with a letter or underscore; letters, digits, _ and - may follow",
            ));
        }
        let mut variable = Variable {
            name: label.as_str().to_owned(),
            declared_at: label_span(label),
            wanted: None,
            value: None,
            given: None,
            validations: Vec::new(),
        };
        let mut default = None;
        for structure in &block.body {
            let read = match structure {
                Structure::Attribute(node) if node.key.as_str() == "default" => {
                    default = Some(&node.value);
                    Ok(())
                }
                Structure::Attribute(node) if node.key.as_str() == "type" => {
                    read_type(&node.value).map(|wanted| variable.wanted = Some(wanted))
                }
                Structure::Attribute(node) => self.check_attribute(node),
                Structure::Block(node) if node.ident.as_str() == "validation" => self
                    .validation(node, &variable.name)
                    .map(|validation| variable.validations.push(validation)),
                Structure::Block(node) => Err(Fault::new(span_of(&node.ident), "unknown block")
                    .detail("a variable block may have validation blocks")),
            };
            if let Err(fault) = read {
                self.report(&fault);
            }
        }
        if let Some(default) = default {
            match self.default_value(default, variable.wanted.as_ref()) {
                Ok(value) => variable.value = Some(value),
                Err(fault) => {
                    // The variable counts as set: one message per cause.
                    variable.value = Some(Value::Null);
                    self.report(&fault);
                }
            }
        }
        self.declare(variable);
    }

    /// `description` and `sensitive`, which have no effect here but must be right.
    fn check_attribute(&self, node: &Attribute) -> Result<(), Box<Fault>> {
        const KNOWN: [&str; 4] = ["type", "default", "description", "sensitive"];
        let name = node.key.as_str();
        let wanted = match name {
            "description" => Type::String,
            "sensitive" => Type::Bool,
            _ => {
                return Err(Fault::new(span_of(&node.key), "unknown argument")
                    .detail(format!("there is no argument \"{name}\" here"))
                    .maybe_hint(did_you_mean(name, KNOWN).or_else(|| {
                        Some("arguments here: type, default, description".to_owned())
                    })));
            }
        };
        let value = self.constants.evaluate(&node.value, &Scope::root())?;
        let refuse = |detail: String| {
            Fault::new(
                value_span(&node.value),
                format!("unsuitable value for \"{name}\""),
            )
            .detail(detail)
        };
        match convert(&value, &wanted) {
            Ok(Value::Null) => Err(refuse("null is not allowed here".to_owned())),
            Ok(_) => Ok(()),
            Err(error) => Err(refuse(error.to_string())),
        }
    }

    fn default_value(&self, expr: &Expression, wanted: Option<&Type>) -> Result<Value, Box<Fault>> {
        let value = self.constants.evaluate(expr, &Scope::root())?;
        convert(&value, wanted.unwrap_or(&Type::Any)).map_err(|error| {
            Fault::new(span_of(expr), "unsuitable default of a variable")
                .detail(format!("the default is not of the declared type: {error}"))
        })
    }

    fn validation(&self, block: &'b Block, name: &str) -> Result<Validation<'b>, Box<Fault>> {
        let (mut condition, mut message) = (None, None);
        for structure in &block.body {
            match structure {
                Structure::Attribute(node) if node.key.as_str() == "condition" => {
                    condition = Some(&node.value);
                }
                Structure::Attribute(node) if node.key.as_str() == "error_message" => {
                    let value = self.constants.evaluate(&node.value, &Scope::root())?;
                    match value.as_text().filter(|text| !text.trim().is_empty()) {
                        Some(text) => message = Some(text.to_owned()),
                        None => {
                            return Err(Fault::new(value_span(&node.value), "unsuitable message")
                                .detail(
                                    "error_message is the text that is shown; it must not be blank",
                                ));
                        }
                    }
                }
                Structure::Attribute(node) => {
                    return Err(Fault::new(span_of(&node.key), "unknown argument")
                        .detail("a validation block has condition and error_message"));
                }
                Structure::Block(node) => {
                    return Err(Fault::new(span_of(&node.ident), "unknown block")
                        .detail("a validation block has no blocks"));
                }
            }
        }
        let brace = open_brace(self.evaluator.source(), block);
        let missing = |what: &str| {
            Fault::new(brace.clone(), "validation block is not complete")
                .detail(format!("the argument \"{what}\" is missing"))
        };
        let condition = condition.ok_or_else(|| missing("condition"))?;
        check_references(condition, name)?;
        Ok(Validation {
            place: span_of(&block.ident),
            condition,
            message: message.ok_or_else(|| missing("error_message"))?,
        })
    }

    fn declare(&mut self, variable: Variable<'b>) {
        if self.variables.len() >= DECLARATIONS_MAX {
            let fault = Fault::new(variable.declared_at, "too many variables")
                .detail(format!("a file may declare {DECLARATIONS_MAX}"));
            return self.report(&fault);
        }
        if let Some(known) = self
            .variables
            .iter()
            .find(|known| known.name == variable.name)
        {
            let place = self.evaluator.source().position(known.declared_at.start);
            let fault = Fault::new(variable.declared_at, "duplicate variable").detail(format!(
                "\"{}\" is already declared at line {}, column {}",
                variable.name, place.line, place.column
            ));
            return self.report(&fault);
        }
        self.variables.push(variable);
    }

    /// Checks that each variable has a value and that the value passes its validations.
    pub(super) fn check_values(&mut self) {
        let mut faults: Vec<Diagnostic> = Vec::new();
        for variable in &self.variables {
            let Some(value) = &variable.value else {
                let fault = Fault::new(variable.declared_at.clone(), "variable without a value")
                    .detail(format!(
                        "\"{}\" has no default and no value was given",
                        variable.name
                    ))
                    .hint(format!(
                        "pass -var {}=..., use -var-file, or set NOMAD_VAR_{}",
                        variable.name, variable.name
                    ));
                faults.push(self.evaluator.source().diagnose(&fault));
                continue;
            };
            let own = BTreeMap::from([(Arc::from(variable.name.as_str()), value.clone())]);
            let scope = Scope::root().with("var", Value::object(own));
            for validation in &variable.validations {
                faults.extend(self.failed_validation(variable, validation, &scope));
            }
        }
        for fault in faults {
            self.diagnostics.push(fault);
        }
    }

    fn failed_validation(
        &self,
        variable: &Variable<'b>,
        validation: &Validation<'b>,
        scope: &Scope<'_>,
    ) -> Option<Diagnostic> {
        let source = self.evaluator.source();
        let value = match self.evaluator.evaluate(validation.condition, scope) {
            Ok(value) => value,
            Err(fault) => return Some(source.diagnose(&fault)),
        };
        match convert(&value, &Type::Bool) {
            Ok(Value::Bool(true)) => None,
            Ok(Value::Bool(false)) => {
                let place = source.position(validation.place.start);
                let rule = format!(
                    "{}\nthe rule is at {}:{}:{}",
                    validation.message,
                    source.name(),
                    place.line,
                    place.column
                );
                let at = variable
                    .given
                    .clone()
                    .unwrap_or_else(|| Diagnostic::at(source, variable.declared_at.clone(), ""));
                let summary = format!("unsuitable value of variable \"{}\"", variable.name);
                Some(Diagnostic { summary, ..at }.with_detail(rule))
            }
            _ => Some(
                source.diagnose(
                    &Fault::new(value_span(validation.condition), "not a condition")
                        .detail("the condition must be true or false"),
                ),
            ),
        }
    }
}

/// A condition speaks of its own variable, and of no other.
fn check_references(condition: &Expression, name: &str) -> Result<(), Box<Fault>> {
    let used = references("var", condition);
    if let Some(other) = used.named.iter().find(|reference| reference.name != name) {
        return Err(
            Fault::new(other.span.clone(), "reference to another variable")
                .detail(format!("this condition may only use var.{name}")),
        );
    }
    if used.named.is_empty() && !used.whole {
        return Err(
            Fault::new(value_span(condition), "condition without its variable")
                .detail(format!("the condition must use var.{name}")),
        );
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '_' || c == '-' || c.is_alphanumeric())
}

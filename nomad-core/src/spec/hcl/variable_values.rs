//! Values of variables from outside: environment, files, flags.

use super::inputs::{Inputs, VarFile};
use super::place::span_of;
use super::variables::{Declarations, Variable};
use crate::hcl::{
    Diagnostic, Document, Evaluator, Fault, Scope, Source, Type, Value, convert, did_you_mean,
    start_of, value_from_json,
};
use hcl_edit::structure::Structure;

impl<'b> Declarations<'_, 'b> {
    /// Takes the values of all inputs, in the order in which later ones win.
    pub(super) fn take_inputs(&mut self, inputs: &Inputs<'_>) {
        for (name, text) in &inputs.environment {
            if self.find(name).is_some() {
                self.take_text(name, text, &format!("NOMAD_VAR_{name}"));
            }
        }
        for file in &inputs.var_files {
            self.take_file(file, inputs.strict);
        }
        for (name, text) in &inputs.flags {
            let origin = format!("-var {name}");
            if self.find(name).is_some() {
                self.take_text(name, text, &origin);
            } else {
                let source = Source::new(&origin, name);
                self.undeclared(&source, &Fault::new(0..name.len(), ""), name, inputs.strict);
            }
        }
    }

    fn find(&mut self, name: &str) -> Option<&mut Variable<'b>> {
        self.variables
            .iter_mut()
            .find(|variable| variable.name == name)
    }

    fn undeclared(&mut self, source: &Source, fault: &Fault, name: &str, strict: bool) {
        let names: Vec<String> = self.variables.iter().map(|one| one.name.clone()).collect();
        let hint = did_you_mean(name, names.iter().map(String::as_str));
        let fault = Fault::new(fault.span.clone(), "value for an undeclared variable")
            .detail(format!("the job file declares no variable \"{name}\""))
            .maybe_hint(hint);
        let finding = source.diagnose(&fault);
        self.diagnostics.push(if strict {
            finding
        } else {
            finding.as_warning()
        });
    }

    /// A value given as text: literal for text, numbers and variables without a type, an
    /// expression otherwise.
    fn take_text(&mut self, name: &str, text: &str, origin: &str) {
        let wanted = match self.find(name) {
            Some(variable) => variable.wanted.clone(),
            None => return,
        };
        let source = Source::new(origin, text);
        let literal = matches!(wanted, None | Some(Type::String | Type::Number));
        let value = if literal {
            Ok(Value::text(text))
        } else {
            expression_value(&source)
        };
        let converted = value.and_then(|value| {
            convert(&value, wanted.as_ref().unwrap_or(&Type::Any)).map_err(|error| {
                let fault = Fault::new(0..text.len(), "unsuitable value of a variable").detail(
                    format!("the value of \"{name}\" is not of its type: {error}"),
                );
                Box::new(source.diagnose(&fault))
            })
        });
        let given = Diagnostic::at(&source, 0..text.len(), "");
        self.set(name, converted, given);
    }

    fn set(&mut self, name: &str, value: Result<Value, Box<Diagnostic>>, given: Diagnostic) {
        match value {
            Ok(value) => {
                if let Some(variable) = self.find(name) {
                    variable.value = Some(value);
                    variable.given = Some(given);
                }
            }
            Err(finding) => self.diagnostics.push(*finding),
        }
    }

    fn take_file(&mut self, file: &VarFile, strict: bool) {
        let source = Source::new(&file.name, &file.text);
        if file.text.trim_start().starts_with('{') {
            return self.take_json(&source, strict);
        }
        let document = match Document::parse(source) {
            Ok(document) => document,
            Err(finding) => return self.diagnostics.push(*finding),
        };
        let source = document.source();
        let evaluator = Evaluator::new(source).constants_only();
        for structure in document.body() {
            match structure {
                Structure::Attribute(node) => {
                    let name = node.key.as_str();
                    let Some(wanted) = self.find(name).map(|variable| variable.wanted.clone())
                    else {
                        self.undeclared(source, &Fault::new(span_of(&node.key), ""), name, strict);
                        continue;
                    };
                    let value = evaluator
                        .evaluate(&node.value, &Scope::root())
                        .and_then(|value| {
                            convert(&value, wanted.as_ref().unwrap_or(&Type::Any)).map_err(
                                |error| {
                                    Fault::new(
                                        span_of(&node.value),
                                        "unsuitable value of a variable",
                                    )
                                    .detail(format!(
                                        "the value of \"{name}\" is not of its type: {error}"
                                    ))
                                },
                            )
                        });
                    let start = start_of(&node.value).min(span_of(&node.value).start);
                    let place = start..span_of(&node.value).end;
                    let given = Diagnostic::at(source, place, "");
                    self.set(
                        name,
                        value.map_err(|fault| Box::new(source.diagnose(&fault))),
                        given,
                    );
                }
                Structure::Block(node) => {
                    let fault = Fault::new(span_of(&node.ident), "block in a file of variables")
                        .detail("such a file holds values only: name = value")
                        .hint("variable blocks belong into the job file");
                    let finding = source.diagnose(&fault);
                    self.diagnostics.push(finding);
                }
            }
        }
    }

    fn take_json(&mut self, source: &Source, strict: bool) {
        let fields = match value_from_json(source.text()) {
            Ok(Value::Fields(fields)) => fields,
            Ok(_) => return,
            Err(reason) => {
                let finding = Diagnostic::about(source.name(), "syntax error").with_detail(reason);
                return self.diagnostics.push(finding);
            }
        };
        for (name, value) in fields.map() {
            let Some(wanted) = self.find(name).map(|variable| variable.wanted.clone()) else {
                self.undeclared(source, &Fault::new(0..1, ""), name, strict);
                continue;
            };
            let value = convert(value, wanted.as_ref().unwrap_or(&Type::Any)).map_err(|error| {
                Diagnostic::about(source.name(), "unsuitable value of a variable").with_detail(
                    format!("the value of \"{name}\" is not of its type: {error}"),
                )
            });
            self.set(
                name,
                value.map_err(Box::new),
                Diagnostic::about(source.name(), ""),
            );
        }
    }
}

fn expression_value(source: &Source) -> Result<Value, Box<Diagnostic>> {
    let expr = Document::parse_expression(source)?;
    Evaluator::new(source)
        .constants_only()
        .evaluate(&expr, &Scope::root())
        .map_err(|fault| Box::new(source.diagnose(&fault)))
}

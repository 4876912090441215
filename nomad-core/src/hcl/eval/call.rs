//! Function calls: arguments, conversions to what the parameters take, and the three functions
//! whose arguments are not simply evaluated first (`try`, `can`, `convert`).

use super::evaluator::{Evaluated, Evaluator};
use super::scope::Scope;
use super::span_of;
use crate::hcl::convert::convert;
use crate::hcl::fault::Fault;
use crate::hcl::function::{Call, Function, Parameter, find, names};
use crate::hcl::near::did_you_mean;
use crate::hcl::source::start_of;
use crate::hcl::type_expr::read_conversion_type;
use crate::hcl::value::Value;
use hcl_edit::expr::{Expression, FuncCall};
use std::ops::Range;

/// A call while its arguments are looked at.
struct Site<'a> {
    name: &'a str,
    name_span: Range<usize>,
    args: Vec<&'a Expression>,
    close: Range<usize>,
}

impl Evaluator<'_> {
    pub(super) fn call(&self, node: &FuncCall, scope: &Scope<'_>) -> Evaluated {
        let name = node.name.name.as_str();
        let name_span = span_of(&node.name.name);
        if self.constants_only {
            return Err(
                Fault::new(span_of(node), "functions may not be called here")
                    .detail("a constant is expected"),
            );
        }
        let end = span_of(node).end;
        let site = Site {
            name,
            name_span: name_span.clone(),
            args: node.args.iter().collect(),
            close: end.saturating_sub(1)..end,
        };
        match (node.name.is_namespaced(), name) {
            (false, "try") => self.try_function(&site, scope),
            (false, "can") => self.can_function(&site, scope),
            (false, "convert") => self.convert_function(&site, scope),
            (false, _) => match find(name) {
                Some(function) => self.call_function(function, &site, node, scope),
                None => Err(unknown(name, name_span)),
            },
            (true, _) => Err(unknown(name, name_span)),
        }
    }

    fn try_function(&self, site: &Site<'_>, scope: &Scope<'_>) -> Evaluated {
        let mut failures = Vec::new();
        for arg in &site.args {
            match self.evaluate(arg, scope) {
                Ok(value) => return Ok(value),
                Err(fault) => {
                    let place = self.source.position(fault.span.start);
                    failures.push(format!(
                        "line {}, column {}: {}: {}",
                        place.line, place.column, fault.summary, fault.detail
                    ));
                }
            }
        }
        if failures.is_empty() {
            failures.push("at least one argument is required".to_owned());
        }
        Err(site.failed(&format!(
            "no expression has a value\n{}",
            failures.join("\n")
        )))
    }

    fn can_function(&self, site: &Site<'_>, scope: &Scope<'_>) -> Evaluated {
        match site.args.as_slice() {
            [only] => Ok(Value::Bool(self.evaluate(only, scope).is_ok())),
            _ => Err(site.wrong_count(1, site.args.len(), &["expression"])),
        }
    }

    fn convert_function(&self, site: &Site<'_>, scope: &Scope<'_>) -> Evaluated {
        let [value_expr, type_expr] = site.args.as_slice() else {
            return Err(site.wrong_count(2, site.args.len(), &["value", "type"]));
        };
        let wanted = read_conversion_type(type_expr)?;
        let value = self.evaluate(value_expr, scope)?;
        convert(&value, &wanted)
            .map_err(|error| argument_fault(value_expr, "value", &error.to_string()))
    }

    fn call_function(
        &self,
        function: &Function,
        site: &Site<'_>,
        node: &FuncCall,
        scope: &Scope<'_>,
    ) -> Evaluated {
        let mut values = Vec::with_capacity(site.args.len());
        for arg in &site.args {
            values.push((*arg, self.evaluate(arg, scope)?));
        }
        if node.args.expand_final() {
            expand_final(&mut values)?;
        }
        check_count(function, site, values.len())?;
        let mut arguments = Vec::with_capacity(values.len());
        for (at, (expr, value)) in values.iter().enumerate() {
            arguments.push(converted(function.parameter(at), expr, value)?);
        }
        arguments
            .iter()
            .for_each(|argument| self.spend_on(argument));
        let call = Call {
            arguments: &arguments,
            evaluator: self,
        };
        (function.body)(&call)
            .inspect(|value| self.spend_on(value))
            .map_err(|refusal| match refusal.argument {
                Some(at) => {
                    let parameter = function.parameter(at).map_or("", |one| one.name);
                    let expr = values.get(at).or(values.last()).map(|(expr, _)| *expr);
                    match expr {
                        Some(expr) => argument_fault(expr, parameter, &refusal.reason),
                        None => site.failed(&refusal.reason),
                    }
                }
                None => site.failed(&refusal.reason),
            })
    }
}

impl Site<'_> {
    fn failed(&self, reason: &str) -> Box<Fault> {
        Fault::new(self.name_span.clone(), format!("{}() failed", self.name)).detail(reason)
    }

    fn wrong_count(&self, wanted: usize, given: usize, names: &[&str]) -> Box<Fault> {
        let takes = format!("{}() takes {}", self.name, arguments(wanted));
        match names.get(given) {
            Some(missing) => Fault::new(self.close.clone(), "argument missing")
                .detail(format!("{takes}; \"{missing}\" is missing")),
            None => {
                let first_extra = self.args.get(wanted).or(self.args.last());
                let span = first_extra.map_or(self.name_span.clone(), |one| span_of(*one));
                Fault::new(span, "too many arguments").detail(takes)
            }
        }
    }
}

fn arguments(count: usize) -> String {
    if count == 1 {
        "one argument".to_owned()
    } else {
        format!("{count} arguments")
    }
}

fn unknown(name: &str, span: Range<usize>) -> Box<Fault> {
    Fault::new(span, "unknown function")
        .detail(format!("there is no function \"{name}\""))
        .maybe_hint(
            elsewhere(name)
                .map(str::to_owned)
                .or_else(|| did_you_mean(name, names())),
        )
}

/// What to write instead of functions that other programs have under these names.
fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "tostring" => "write convert(value, string)",
        "tonumber" => "write convert(value, number)",
        "tobool" => "write convert(value, bool)",
        "tolist" => "write convert(value, list(any))",
        "toset" => "write convert(value, set(any))",
        "tomap" => "write convert(value, map(any))",
        "regex" | "regexall" | "regexreplace" => "there is regex_replace(text, pattern, new)",
        "env" => {
            "declare a variable and set NOMAD_VAR_<name>, or use ${env[\"NAME\"]} for run time"
        }
        "timestamp" => "pass the time in as a variable",
        "templatefile" => "use file() and a template, or a template block",
        _ => return None,
    })
}

fn check_count(function: &Function, site: &Site<'_>, given: usize) -> Result<(), Box<Fault>> {
    let wanted = function.parameters.len();
    if given < wanted || (given > wanted && function.rest.is_none()) {
        let names: Vec<_> = function.parameters.iter().map(|one| one.name).collect();
        return Err(site.wrong_count(wanted, given, &names));
    }
    Ok(())
}

/// Replaces the last argument by its elements, for `f(list...)`.
fn expand_final(values: &mut Vec<(&Expression, Value)>) -> Result<(), Box<Fault>> {
    let Some((expr, last)) = values.pop() else {
        return Ok(());
    };
    let Some(items) = last.as_items() else {
        let detail = format!("\"...\" needs a list, not a {}", last.type_name());
        return Err(Fault::new(span_of(expr), "not a list").detail(detail));
    };
    values.extend(items.iter().map(|item| (expr, item.clone())));
    Ok(())
}

fn converted(parameter: Option<&Parameter>, expr: &Expression, value: &Value) -> Evaluated {
    let Some(parameter) = parameter else {
        return Ok(value.clone());
    };
    if value.is_null() && !parameter.null {
        return Err(argument_fault(
            expr,
            parameter.name,
            "the argument must not be null",
        ));
    }
    convert(value, &parameter.kind.wanted())
        .map_err(|error| argument_fault(expr, parameter.name, &error.to_string()))
}

fn argument_fault(expr: &Expression, parameter: &str, reason: &str) -> Box<Fault> {
    let start = start_of(expr);
    Fault::new(
        start..span_of(expr).end.max(start),
        format!("unsuitable argument \"{parameter}\""),
    )
    .detail(reason)
}

//! A job file as a whole: variables first, then locals, then the one job.

use super::decode::Decoder;
use super::inherit::complete_job;
use super::inputs::{Inputs, SpecError};
use super::json_form::native_text;
use super::locals::evaluate_locals;
use super::place::{label_span, open_brace, span_of};
use super::schema::{GROUP, JOB, Object};
use super::variables::Declarations;
use crate::hcl::{
    Diagnostic, Diagnostics, Document, Evaluator, Fault, Scope, Source, Value, did_you_mean,
};
use crate::model::JobSpec;
use hcl_edit::structure::{Block, Body, Structure};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

const ROOT_BLOCKS: [&str; 4] = ["job", "variable", "variables", "locals"];

/// Parses a job file to the raw job.
///
/// # Errors
/// All findings, each with file, line and column.
///
/// ```
/// use nomad_core::spec::{Inputs, parse_hcl};
///
/// let text = r#"
/// job "web" {
///   group "api" {
///     count = 1 + 2
///     task "server" {
///       driver = "raw_exec"
///     }
///   }
/// }
/// "#;
/// let job = parse_hcl(text, "web.nomad.hcl", &Inputs::default()).unwrap();
/// assert_eq!(job.task_groups.unwrap()[0].count, Some(3));
///
/// let wrong = parse_hcl("job \"web\" {\n  regoin = \"eu\"\n}\n", "web.nomad.hcl", &Inputs::default());
/// let message = wrong.unwrap_err().to_string();
/// assert!(message.contains("web.nomad.hcl:2:3"));
/// assert!(message.contains("did you mean \"region\"?"));
/// ```
pub fn parse_hcl(source: &str, file_name: &str, inputs: &Inputs<'_>) -> Result<JobSpec, SpecError> {
    parse_hcl_reporting(source, file_name, inputs).map(|(job, _)| job)
}

/// As [`parse_hcl`], with the warnings of a job that is taken.
///
/// # Errors
/// All findings, each with file, line and column.
pub fn parse_hcl_reporting(
    source: &str,
    file_name: &str,
    inputs: &Inputs<'_>,
) -> Result<(JobSpec, Diagnostics), SpecError> {
    let refuse =
        |summary: &str| SpecError::from(Diagnostics::from(Diagnostic::about(file_name, summary)));
    if source.trim().is_empty() {
        return Err(refuse("the job file is empty"));
    }
    if source.trim_start().starts_with('{') {
        check_json(source, file_name)?;
        let text = native_text(source, &JOB).map_err(|reason| refuse(&reason))?;
        return parse_native(&text, file_name, inputs).map_err(|error| without_places(&error));
    }
    parse_native(source, file_name, inputs)
}

/// Refuses text that is no JSON, at its place.
fn check_json(text: &str, file_name: &str) -> Result<(), Diagnostics> {
    let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) else {
        return Ok(());
    };
    let source = Source::new(file_name, text);
    let at = source.offset(error.line(), error.column());
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let fault = Fault::new(at..at + 1, "syntax error in the JSON form").detail(reason);
    Err(source.diagnose(&fault).into())
}

fn parse_native(
    source: &str,
    file_name: &str,
    inputs: &Inputs<'_>,
) -> Result<(JobSpec, Diagnostics), SpecError> {
    let document = Document::parse(Source::new(file_name, source))
        .map_err(|finding| Diagnostics::from(*finding))?;
    let (job, diagnostics) = decode_file(&document, inputs)?;
    serde_json::from_value(Json::Object(job))
        .map(|job| (job, diagnostics))
        .map_err(|error| {
            let summary = format!("not supported yet: {error}");
            SpecError::from(Diagnostics::from(Diagnostic::about(file_name, summary)))
        })
}

/// The findings of a rewritten text, whose places nobody would recognize.
fn without_places(error: &SpecError) -> SpecError {
    let mut plain = Diagnostics::default();
    for finding in error.diagnostics.list() {
        plain.push(Diagnostic {
            position: None,
            snippet: None,
            ..finding.clone()
        });
    }
    plain.into()
}

/// The blocks of a file, sorted by kind.
#[derive(Default)]
struct Roots<'b> {
    jobs: Vec<&'b Block>,
    variables: Vec<&'b Block>,
    locals: Vec<&'b Block>,
}

fn decode_file(
    document: &Document,
    inputs: &Inputs<'_>,
) -> Result<(Object, Diagnostics), Diagnostics> {
    let source = document.source();
    let evaluator = Evaluator::new(source)
        .with_files(inputs.files)
        .with_random(inputs.random);
    let constants = Evaluator::new(source).constants_only();
    let mut diagnostics = Diagnostics::default();
    let roots = sort_roots(source, document.body(), &mut diagnostics);

    let mut declarations = Declarations {
        evaluator: &evaluator,
        constants: &constants,
        diagnostics: std::mem::take(&mut diagnostics),
        variables: Vec::new(),
    };
    for block in roots.variables {
        if block.ident.as_str() == "variables" {
            declarations.add_all(block);
        } else {
            declarations.add(block);
        }
    }
    declarations.take_inputs(inputs);
    if !declarations.diagnostics.has_errors() {
        declarations.check_values();
    }
    let Declarations {
        variables,
        mut diagnostics,
        ..
    } = declarations;
    let Some(job) = only_job(source, &roots.jobs, &mut diagnostics) else {
        return Err(diagnostics);
    };
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let values: BTreeMap<Arc<str>, Value> = variables
        .into_iter()
        .map(|variable| {
            (
                Arc::from(variable.name),
                variable.value.unwrap_or(Value::Null),
            )
        })
        .collect();
    let mut scope = Scope::root().with("var", Value::object(values));
    let locals = evaluate_locals(&evaluator, &roots.locals, &scope, &mut diagnostics);
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    scope.set("local", locals);
    let object = decode_job(&evaluator, job, &scope, &mut diagnostics);
    if diagnostics.has_errors() {
        Err(diagnostics)
    } else {
        Ok((object, diagnostics))
    }
}

fn decode_job(
    evaluator: &Evaluator<'_>,
    job: &Block,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Object {
    let mut decoder = Decoder::new(evaluator);
    let mut object = decoder.body(&JOB, &job.body, scope);
    let label = job.labels.first().map_or("", |label| label.as_str());
    let mut empty = Decoder::new(evaluator);
    let empty_group = empty.body(&GROUP, &Body::new(), scope);
    complete_job(&mut object, label, || empty_group.clone());
    diagnostics.append(decoder.diagnostics);
    object
}

fn sort_roots<'b>(source: &Source, body: &'b Body, diagnostics: &mut Diagnostics) -> Roots<'b> {
    let mut roots = Roots::default();
    for structure in body {
        let fault = match structure {
            Structure::Attribute(node) => Fault::new(span_of(&node.key), "unknown argument")
                .detail("a job file holds blocks: job, variable, variables, locals"),
            Structure::Block(node) => match node.ident.as_str() {
                "job" => {
                    roots.jobs.push(node);
                    continue;
                }
                "variable" => {
                    roots.variables.push(node);
                    continue;
                }
                name @ ("variables" | "locals") => {
                    match node.labels.first() {
                        None if name == "locals" => roots.locals.push(node),
                        None => roots.variables.push(node),
                        Some(label) => {
                            let fault = Fault::new(
                                label_span(label),
                                format!("unexpected label of a {name} block"),
                            )
                            .detail(format!("a {name} block has no labels"));
                            diagnostics.push(source.diagnose(&fault));
                        }
                    }
                    continue;
                }
                name => Fault::new(span_of(&node.ident), "unknown block")
                    .detail(format!(
                        "there is no block \"{name}\" at the top of a job file"
                    ))
                    .maybe_hint(did_you_mean(name, ROOT_BLOCKS)),
            },
        };
        diagnostics.push(source.diagnose(&fault));
    }
    roots
}

fn only_job<'b>(
    source: &Source,
    jobs: &[&'b Block],
    diagnostics: &mut Diagnostics,
) -> Option<&'b Block> {
    let Some(job) = jobs.first() else {
        diagnostics.push(
            Diagnostic::about(source.name(), "job block is missing")
                .with_detail("a job file holds one job block: job \"name\" { ... }"),
        );
        return None;
    };
    let fault = if let Some(second) = jobs.get(1) {
        let place = source.position(span_of(&job.ident).start);
        Fault::new(span_of(&second.ident), "duplicate job block").detail(format!(
            "a file holds one job; the first is at line {}, column {}",
            place.line, place.column
        ))
    } else if job.labels.is_empty() {
        Fault::new(open_brace(source, job), "name of the job is missing")
            .detail("a job block has a name in quotes before its brace")
            .hint("write it as job \"name\" {")
    } else if let Some(extra) = job.labels.get(1) {
        Fault::new(label_span(extra), "unexpected label of a job block")
            .detail("a job block has one label, its name")
    } else {
        return Some(job);
    };
    diagnostics.push(source.diagnose(&fault));
    None
}

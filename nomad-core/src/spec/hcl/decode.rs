//! Walks a body along its schema: arguments, blocks, what is unknown, what occurs twice. Findings
//! are collected; decoding goes on after each.

use super::place::{label_span, open_brace, span_of};
use super::schema::{Attribute, Block, Content, Count, Object, Schema};
use crate::hcl::limits::DECODED_ITEMS_MAX;
use crate::hcl::{Diagnostics, Evaluator, Fault, Scope, did_you_mean};
use hcl_edit::structure::{Attribute as AttributeNode, Body, Structure};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ops::Range;

/// Decodes the blocks of one file.
pub(super) struct Decoder<'a> {
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) diagnostics: Diagnostics,
    items: usize,
    stopped: bool,
}

/// A block as it is decoded, written or expanded.
pub(super) struct Instance<'b> {
    pub(super) name: &'b str,
    pub(super) name_span: Range<usize>,
    pub(super) labels: Vec<(String, Range<usize>)>,
    pub(super) brace: Range<usize>,
    pub(super) body: &'b Body,
}

/// The JSON of a body under construction, and where its single parts were written.
struct Frame {
    object: Object,
    written: BTreeMap<&'static str, Range<usize>>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(evaluator: &'a Evaluator<'a>) -> Self {
        Self {
            evaluator,
            diagnostics: Diagnostics::default(),
            items: 0,
            stopped: false,
        }
    }

    pub(super) fn report(&mut self, fault: &Fault) {
        self.diagnostics
            .push(self.evaluator.source().diagnose(fault));
    }

    /// Counts one argument or block; false once there are too many.
    pub(super) fn count_item(&mut self, span: &Range<usize>) -> bool {
        self.items += 1;
        if self.items <= DECODED_ITEMS_MAX && !self.diagnostics.is_full() {
            return true;
        }
        if !self.stopped && self.items > DECODED_ITEMS_MAX {
            self.report(
                &Fault::new(span.clone(), "too many arguments and blocks").detail(format!(
                    "a file may have {DECODED_ITEMS_MAX} of them, expanded ones included"
                )),
            );
        }
        self.stopped = true;
        false
    }

    /// Decodes a body; parts that are in error are left unset.
    pub(super) fn body(
        &mut self,
        schema: &'static Schema,
        body: &Body,
        scope: &Scope<'_>,
    ) -> Object {
        let mut frame = Frame {
            object: Object::new(),
            written: BTreeMap::new(),
        };
        for attribute in schema.attributes {
            frame
                .object
                .insert(attribute.json.to_owned(), super::argument::unset(attribute));
        }
        for block in schema.blocks {
            frame.object.insert(block.json.to_owned(), Json::Null);
        }
        for structure in body {
            if self.stopped {
                break;
            }
            match structure {
                Structure::Attribute(node) => self.argument(schema, node, scope, &mut frame),
                Structure::Block(node) if node.ident.as_str() == "dynamic" => {
                    self.expand(node, scope, &mut |decoder, instance, inner| {
                        decoder.block(schema, instance, inner, &mut frame);
                    });
                }
                Structure::Block(node) => {
                    let instance = Instance {
                        name: node.ident.as_str(),
                        name_span: span_of(&node.ident),
                        labels: node
                            .labels
                            .iter()
                            .map(|label| (label.as_str().to_owned(), label_span(label)))
                            .collect(),
                        brace: open_brace(self.evaluator.source(), node),
                        body: &node.body,
                    };
                    self.block(schema, &instance, scope, &mut frame);
                }
            }
        }
        frame.object
    }

    fn argument(
        &mut self,
        schema: &'static Schema,
        node: &AttributeNode,
        scope: &Scope<'_>,
        frame: &mut Frame,
    ) {
        let name = node.key.as_str();
        let span = span_of(&node.key);
        if !self.count_item(&span) {
            return;
        }
        if let Some(attribute) = schema.attributes.iter().find(|known| known.name == name) {
            match self.read_argument(attribute, &node.value, scope) {
                Ok(value) => {
                    frame.object.insert(attribute.json.to_owned(), value);
                }
                Err(fault) => self.report(&fault),
            }
            return;
        }
        let block = schema.blocks.iter().find(|known| known.name == name);
        match block {
            Some(block) if takes_argument(block) => {
                if self.is_first(block, &span, frame) {
                    match self.read_free_argument(block.content, &node.value, scope) {
                        Ok(value) => {
                            frame.object.insert(block.json.to_owned(), value);
                        }
                        Err(fault) => self.report(&fault),
                    }
                }
            }
            _ => self.report(&unknown_argument(schema, block, name, span)),
        }
    }

    fn block(
        &mut self,
        schema: &'static Schema,
        instance: &Instance<'_>,
        scope: &Scope<'_>,
        frame: &mut Frame,
    ) {
        if !self.count_item(&instance.name_span) {
            return;
        }
        let Some(block) = schema
            .blocks
            .iter()
            .find(|known| known.name == instance.name)
        else {
            let fault = unknown_block(schema, instance);
            self.report(&fault);
            return;
        };
        if let Err(fault) = check_labels(block, instance) {
            self.report(&fault);
            return;
        }
        if block.count == Count::One && !self.is_first(block, &instance.name_span, frame) {
            return;
        }
        let value = self.content(block, instance, scope);
        store(block, instance, value, &mut frame.object);
    }

    /// False, with a finding, where a single part occurs again.
    fn is_first(&mut self, block: &'static Block, span: &Range<usize>, frame: &mut Frame) -> bool {
        let Some(earlier) = frame.written.insert(block.json, span.clone()) else {
            return true;
        };
        let place = self.evaluator.source().position(earlier.start);
        let name = block.name;
        self.report(
            &Fault::new(span.clone(), format!("duplicate {name} block")).detail(format!(
                "only one {name} block is allowed here; the other one is at line {}, column {}",
                place.line, place.column
            )),
        );
        false
    }

    fn content(&mut self, block: &Block, instance: &Instance<'_>, scope: &Scope<'_>) -> Json {
        match block.content {
            Content::Schema(schema) => {
                let mut object = self.body(schema, instance.body, scope);
                if let (Some(json), Some((label, _))) = (block.label, instance.labels.first()) {
                    object.insert(json.to_owned(), Json::String(label.clone()));
                }
                if let Some(Err(reason)) = schema.finish.map(|finish| finish(&mut object)) {
                    let span = instance.name_span.clone();
                    self.report(
                        &Fault::new(span, format!("{} block is not complete", block.name))
                            .detail(reason),
                    );
                }
                Json::Object(object)
            }
            Content::Texts { .. } => self.text_map_body(instance.body, scope),
            Content::TextLists => self.list_map_body(instance.body, scope),
            Content::Anything => Json::Object(self.anything_body(instance.body, scope)),
        }
    }
}

fn takes_argument(block: &Block) -> bool {
    matches!(
        block.content,
        Content::Texts { as_argument: true } | Content::Anything
    )
}

fn store(block: &Block, instance: &Instance<'_>, value: Json, object: &mut Object) {
    let slot = object.entry(block.json).or_insert(Json::Null);
    match block.count {
        Count::One => *slot = value,
        Count::Many => match slot {
            Json::Array(list) => list.push(value),
            _ => *slot = Json::Array(vec![value]),
        },
        Count::Table => {
            let label = instance
                .labels
                .first()
                .map_or(String::new(), |(label, _)| label.clone());
            match slot {
                Json::Object(map) => {
                    map.insert(label, value);
                }
                _ => *slot = Json::Object(std::iter::once((label, value)).collect()),
            }
        }
    }
}

fn check_labels(block: &Block, instance: &Instance<'_>) -> Result<(), Box<Fault>> {
    let wanted = usize::from(block.label.is_some());
    let name = block.name;
    if instance.labels.len() < wanted {
        return Err(Fault::new(
            instance.brace.clone(),
            format!("name of the {name} is missing"),
        )
        .detail(format!(
            "a {name} block has a name in quotes before its brace"
        ))
        .hint(format!("write it as {name} \"name\" {{")));
    }
    match instance.labels.get(wanted) {
        Some((_, span)) => Err(Fault::new(
            span.clone(),
            format!("unexpected label of a {name} block"),
        )
        .detail(match wanted {
            0 => format!("a {name} block has no labels"),
            _ => format!("a {name} block has one label, its name"),
        })),
        None => Ok(()),
    }
}

fn unknown_argument(
    schema: &Schema,
    block: Option<&'static Block>,
    name: &str,
    span: Range<usize>,
) -> Box<Fault> {
    let fault = Fault::new(span, "unknown argument")
        .detail(format!("there is no argument \"{name}\" here"));
    if block.is_some() {
        return fault.hint(format!(
            "\"{name}\" is a block: write {name} {{ ... }} without \"=\""
        ));
    }
    let known: Vec<_> = schema
        .attributes
        .iter()
        .map(|known: &Attribute| known.name)
        .collect();
    let blocks = schema.blocks.iter().map(|known| known.name);
    let hint = did_you_mean(name, known.iter().copied()).or_else(|| {
        did_you_mean(name, blocks).map(|hint| format!("{hint} (a block, without \"=\")"))
    });
    let list = (!known.is_empty() && hint.is_none())
        .then(|| format!("arguments here: {}", known.join(", ")));
    fault.maybe_hint(hint.or(list))
}

fn unknown_block(schema: &Schema, instance: &Instance<'_>) -> Box<Fault> {
    let name = instance.name;
    let fault = Fault::new(instance.name_span.clone(), "unknown block")
        .detail(format!("there is no block \"{name}\" here"));
    if schema.attributes.iter().any(|known| known.name == name) {
        return fault.hint(format!("\"{name}\" is an argument: write {name} = ..."));
    }
    let known: Vec<_> = schema.blocks.iter().map(|known| known.name).collect();
    let hint = did_you_mean(name, known.iter().copied());
    let list =
        (!known.is_empty() && hint.is_none()).then(|| format!("blocks here: {}", known.join(", ")));
    fault.maybe_hint(hint.or(list))
}

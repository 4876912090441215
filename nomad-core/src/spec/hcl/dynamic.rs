//! `dynamic "block" { for_each, iterator, labels, content }`: one block per element.

use super::argument::value_span;
use super::decode::{Decoder, Instance};
use super::place::{label_span, open_brace, span_of};
use crate::hcl::limits::DYNAMIC_BLOCKS_MAX;
use crate::hcl::{Fault, Scope, Type, Value, convert, elements};
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The parts of a `dynamic` block.
struct Parts<'b> {
    name: &'b str,
    name_span: Range<usize>,
    brace: Range<usize>,
    iterator: &'b str,
    for_each: &'b Expression,
    labels: Option<&'b Expression>,
    content: &'b Body,
}

/// What is done with each block that a `dynamic` block stands for.
type Visit<'v> = dyn FnMut(&mut Decoder<'_>, &Instance<'_>, &Scope<'_>) + 'v;

impl Decoder<'_> {
    /// Hands out the blocks that a `dynamic` block stands for.
    pub(super) fn expand(&mut self, node: &Block, scope: &Scope<'_>, visit: &mut Visit<'_>) {
        let parts = match self.parts(node) {
            Ok(parts) => parts,
            Err(fault) => return self.report(&fault),
        };
        let elements = match self.dynamic_elements(&parts, scope) {
            Ok(elements) => elements,
            Err(fault) => return self.report(&fault),
        };
        if elements.is_empty() {
            return;
        }
        for (key, value) in elements {
            let fields = BTreeMap::from([(Arc::from("key"), key), (Arc::from("value"), value)]);
            let inner = scope.inner().with(parts.iterator, Value::object(fields));
            match self.labels(&parts, &inner) {
                Ok(labels) => {
                    let instance = Instance {
                        name: parts.name,
                        name_span: parts.name_span.clone(),
                        labels,
                        brace: parts.brace.clone(),
                        body: parts.content,
                    };
                    visit(self, &instance, &inner);
                }
                Err(fault) => self.report(&fault),
            }
        }
    }

    fn parts<'b>(&self, node: &'b Block) -> Result<Parts<'b>, Box<Fault>> {
        let brace = open_brace(self.evaluator.source(), node);
        let missing = |what: &str| {
            Fault::new(brace.clone(), "dynamic block is not complete")
                .detail(format!("a dynamic block needs {what}"))
        };
        let [label] = node.labels.as_slice() else {
            return Err(missing(
                "the name of the block that it makes: dynamic \"template\" {",
            ));
        };
        let (mut for_each, mut labels, mut iterator, mut content) = (None, None, None, None);
        for structure in &node.body {
            match structure {
                Structure::Attribute(one) => match one.key.as_str() {
                    "for_each" => for_each = Some(&one.value),
                    "labels" => labels = Some(&one.value),
                    "iterator" => iterator = Some(iterator_name(&one.value)?),
                    _ => {
                        return Err(Fault::new(span_of(&one.key), "unknown argument")
                            .detail("a dynamic block has for_each, iterator and labels"));
                    }
                },
                Structure::Block(one) if one.ident.as_str() == "content" && content.is_none() => {
                    content = Some(&one.body);
                }
                Structure::Block(one) => {
                    return Err(Fault::new(span_of(&one.ident), "unknown block")
                        .detail("a dynamic block has exactly one block, content"));
                }
            }
        }
        Ok(Parts {
            name: label.as_str(),
            name_span: label_span(label),
            iterator: iterator.unwrap_or(label.as_str()),
            for_each: for_each.ok_or_else(|| missing("the argument \"for_each\""))?,
            labels,
            content: content.ok_or_else(|| missing("a content block"))?,
            brace: brace.clone(),
        })
    }

    fn dynamic_elements(
        &self,
        parts: &Parts<'_>,
        scope: &Scope<'_>,
    ) -> Result<Vec<(Value, Value)>, Box<Fault>> {
        let value = self.evaluator.evaluate(parts.for_each, scope)?;
        let refuse = |detail: String| {
            Fault::new(span_of(parts.for_each), "unsuitable value for \"for_each\"").detail(detail)
        };
        let list = elements(&value).ok_or_else(|| {
            refuse(format!(
                "a list, set, map or object is required, not a {}",
                value.type_name()
            ))
        })?;
        if list.len() > DYNAMIC_BLOCKS_MAX {
            return Err(refuse(format!(
                "a dynamic block may make {DYNAMIC_BLOCKS_MAX} blocks, not {}",
                list.len()
            )));
        }
        Ok(list)
    }

    fn labels(
        &self,
        parts: &Parts<'_>,
        scope: &Scope<'_>,
    ) -> Result<Vec<(String, Range<usize>)>, Box<Fault>> {
        let Some(expr) = parts.labels else {
            return Ok(Vec::new());
        };
        let value = self.evaluator.evaluate(expr, scope)?;
        let list = convert(&value, &Type::List(Box::new(Type::String)));
        let texts = list.ok().and_then(|list| {
            let items = list.as_items()?.iter();
            items
                .map(|item| item.as_text().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        });
        match texts {
            Some(texts) => Ok(texts
                .into_iter()
                .map(|text| (text, span_of(expr)))
                .collect()),
            None => Err(
                Fault::new(value_span(expr), "unsuitable value for \"labels\"")
                    .detail("a list of texts is required, one per label"),
            ),
        }
    }
}

fn iterator_name(expr: &Expression) -> Result<&str, Box<Fault>> {
    match expr {
        Expression::Variable(name) => Ok(name.as_str()),
        _ => Err(
            Fault::new(span_of(expr), "unsuitable value for \"iterator\"")
                .detail("a plain word is required, without quotes"),
        ),
    }
}

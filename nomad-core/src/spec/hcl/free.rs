//! Blocks with free names: maps of text, maps of lists, and settings of drivers where anything
//! goes. Nested blocks of the last become lists of objects, labels become keys (spec/api-cli 4.3).

use super::argument::value_span;
use super::decode::Decoder;
use super::place::span_of;
use super::schema::{Content, Object};
use crate::hcl::{Fault, Scope, Type, Value, convert};
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Body, Structure};
use serde_json::{Map, Number as JsonNumber, Value as Json};

impl Decoder<'_> {
    /// A map of text, as a block: `env { A = 1 }`.
    pub(super) fn text_map_body(&mut self, body: &Body, scope: &Scope<'_>) -> Json {
        self.map_body(body, scope, &Type::String)
    }

    /// A map of lists of text, as a block: `header { A = ["1"] }`.
    pub(super) fn list_map_body(&mut self, body: &Body, scope: &Scope<'_>) -> Json {
        self.map_body(body, scope, &Type::List(Box::new(Type::String)))
    }

    fn map_body(&mut self, body: &Body, scope: &Scope<'_>, wanted: &Type) -> Json {
        let mut map = Map::new();
        for structure in body {
            match structure {
                Structure::Attribute(node) => {
                    if !self.count_item(&span_of(&node.key)) {
                        break;
                    }
                    match self.map_value(&node.value, scope, wanted) {
                        Ok(value) => {
                            map.insert(node.key.as_str().to_owned(), value);
                        }
                        Err(fault) => self.report(&fault),
                    }
                }
                Structure::Block(node) => {
                    let name = node.ident.as_str();
                    self.report(
                        &Fault::new(span_of(&node.ident), "unknown block")
                            .detail(format!("there are no blocks here; write {name} = ...")),
                    );
                }
            }
        }
        Json::Object(map)
    }

    fn map_value(
        &self,
        expr: &Expression,
        scope: &Scope<'_>,
        wanted: &Type,
    ) -> Result<Json, Box<Fault>> {
        let value = self.evaluator.evaluate(expr, scope)?;
        let refuse =
            |detail: String| Fault::new(value_span(expr), "unsuitable value").detail(detail);
        if value.is_null() {
            return Err(refuse(
                "null is not allowed here; leave the line out".to_owned(),
            ));
        }
        let value = convert(&value, wanted).map_err(|error| refuse(error.to_string()))?;
        to_json(&value).map_err(refuse)
    }

    /// A map given as an argument: `env = { A = 1 }`.
    pub(super) fn read_free_argument(
        &self,
        content: Content,
        expr: &Expression,
        scope: &Scope<'_>,
    ) -> Result<Json, Box<Fault>> {
        let value = self.evaluator.evaluate(expr, scope)?;
        let refuse =
            |detail: String| Fault::new(value_span(expr), "unsuitable value").detail(detail);
        if value.is_null() {
            return Ok(Json::Null);
        }
        let wanted = match content {
            Content::Texts { .. } => Type::Map(Box::new(Type::String)),
            Content::TextLists => Type::Map(Box::new(Type::List(Box::new(Type::String)))),
            Content::Schema(_) | Content::Anything if value.as_fields().is_none() => {
                return Err(refuse(format!(
                    "a map is required, not a {}",
                    value.type_name()
                )));
            }
            Content::Schema(_) | Content::Anything => Type::Any,
        };
        let value = convert(&value, &wanted).map_err(|error| refuse(error.to_string()))?;
        let nulls = matches!(content, Content::Anything);
        if let Some((name, _)) = null_field(&value).filter(|_| !nulls) {
            return Err(refuse(format!("the value of \"{name}\" is null")));
        }
        to_json(&value).map_err(refuse)
    }

    /// Anything, as a block.
    pub(super) fn anything_body(&mut self, body: &Body, scope: &Scope<'_>) -> Object {
        let mut object = Object::new();
        for structure in body {
            match structure {
                Structure::Attribute(node) => {
                    if !self.count_item(&span_of(&node.key)) {
                        break;
                    }
                    let value = self.evaluator.evaluate(&node.value, scope);
                    let json = value.and_then(|value| {
                        attribute_json(&value).map_err(|detail| {
                            Fault::new(value_span(&node.value), "unsuitable value").detail(detail)
                        })
                    });
                    match json {
                        Ok(json) => {
                            object.insert(node.key.as_str().to_owned(), json);
                        }
                        Err(fault) => self.report(&fault),
                    }
                }
                Structure::Block(node) => {
                    if !self.count_item(&span_of(&node.ident)) {
                        break;
                    }
                    let mut value = Json::Object(self.anything_body(&node.body, scope));
                    for label in node.labels.iter().rev() {
                        let inner = if value.is_array() {
                            value
                        } else {
                            Json::Array(vec![value])
                        };
                        let map = std::iter::once((label.as_str().to_owned(), inner)).collect();
                        value = Json::Object(map);
                    }
                    push(&mut object, node.ident.as_str(), value);
                }
            }
        }
        object
    }
}

fn push(object: &mut Object, name: &str, value: Json) {
    match object.get_mut(name) {
        Some(Json::Array(list)) => list.push(value),
        _ => {
            object.insert(name.to_owned(), Json::Array(vec![value]));
        }
    }
}

/// The value of an argument: an object counts as a block, so that it becomes a list.
fn attribute_json(value: &Value) -> Result<Json, String> {
    let json = to_json(value)?;
    Ok(if json.is_object() {
        Json::Array(vec![json])
    } else {
        json
    })
}

fn null_field(value: &Value) -> Option<(&str, &Value)> {
    let fields = value.as_fields()?;
    fields
        .iter()
        .map(|(name, value)| (&**name, value))
        .find(|(_, value)| value.is_null())
}

/// A value as JSON: whole numbers as integers, others as floats.
pub(super) fn to_json(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(bool) => Json::Bool(*bool),
        Value::String(text) => Json::String(text.to_string()),
        Value::Number(number) => {
            let whole = number.to_i64().map(JsonNumber::from);
            let whole = whole.or_else(|| number.to_u64().map(JsonNumber::from));
            whole
                .or_else(|| JsonNumber::from_f64(number.to_f64()))
                .map(Json::Number)
                .ok_or_else(|| "an infinite number is not allowed here".to_owned())?
        }
        Value::Items(items) => {
            Json::Array(items.list().iter().map(to_json).collect::<Result<_, _>>()?)
        }
        Value::Fields(fields) => Json::Object(
            fields
                .map()
                .iter()
                .map(|(key, item)| Ok((key.to_string(), to_json(item)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}

//! Type expressions: `string`, `list(number)`, `object({ a = bool })`.

use super::fault::Fault;
use super::types::Type;
use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

const SUMMARY: &str = "not a type";
const PRIMITIVES: [&str; 4] = ["string", "number", "bool", "any"];

/// Reads a type expression.
///
/// # Errors
/// The part that is not a type.
pub fn read_type(expr: &Expression) -> Result<Type, Box<Fault>> {
    Reader { optional: false }.read(expr)
}

/// Reads the type argument of `convert`, where `optional()` is allowed and means nothing.
pub(super) fn read_conversion_type(expr: &Expression) -> Result<Type, Box<Fault>> {
    Reader { optional: true }.read(expr)
}

/// How types are read.
#[derive(Clone, Copy)]
struct Reader {
    /// Whether `optional(type)` stands for its type.
    optional: bool,
}

impl Reader {
    fn read(self, expr: &Expression) -> Result<Type, Box<Fault>> {
        match expr {
            Expression::Variable(name) => read_keyword(name.as_str(), span_of(expr)),
            Expression::FuncCall(call) => self.constructor(call),
            Expression::Parenthesis(inner) => self.read(inner.inner()),
            _ => Err(Fault::new(span_of(expr), SUMMARY).detail(
                "a type is string, number, bool, any, or built from these as in list(string)",
            )),
        }
    }

    fn constructor(self, call: &FuncCall) -> Result<Type, Box<Fault>> {
        let name = call.name.name.as_str();
        let name_span = span_of(&call.name.name);
        if name == "optional"
            && self.optional
            && let Some(inner) = call.args.iter().next()
        {
            return self.read(inner);
        }
        if name == "optional" {
            return Err(Fault::new(span_of(call), SUMMARY)
                .detail("optional() is for type constraints, not for exact types"));
        }
        if !["list", "set", "map", "object", "tuple"].contains(&name) {
            return Err(
                Fault::new(name_span, SUMMARY).detail(format!("\"{name}\" does not build types"))
            );
        }
        let mut args = call.args.iter();
        let (Some(only), None) = (args.next(), args.next()) else {
            return Err(Fault::new(name_span, SUMMARY)
                .detail(format!("{name} takes exactly one argument"))
                .hint(example(name)));
        };
        match (name, only) {
            ("list", _) => Ok(Type::List(Box::new(self.read(only)?))),
            ("set", _) => Ok(Type::Set(Box::new(self.read(only)?))),
            ("map", _) => Ok(Type::Map(Box::new(self.read(only)?))),
            ("object", Expression::Object(object)) => self.object(object),
            ("tuple", Expression::Array(types)) => Ok(Type::Tuple(
                types
                    .iter()
                    .map(|one| self.read(one))
                    .collect::<Result<_, _>>()?,
            )),
            _ => Err(Fault::new(span_of(only), SUMMARY).hint(example(name))),
        }
    }

    fn object(self, object: &Object) -> Result<Type, Box<Fault>> {
        let mut attributes = BTreeMap::new();
        for (key, value) in object {
            let name = match key {
                ObjectKey::Ident(name) => name.as_str(),
                ObjectKey::Expression(Expression::String(name)) => name.as_str(),
                ObjectKey::Expression(other) => {
                    return Err(Fault::new(span_of(other), SUMMARY)
                        .detail("attribute names of an object type are plain words"));
                }
            };
            attributes.insert(Arc::from(name), self.read(value.expr())?);
        }
        Ok(Type::Object(attributes))
    }
}

fn span_of(node: &impl Span) -> Range<usize> {
    node.span().unwrap_or(0..0)
}

fn read_keyword(name: &str, span: Range<usize>) -> Result<Type, Box<Fault>> {
    match name {
        "string" => Ok(Type::String),
        "number" => Ok(Type::Number),
        "bool" => Ok(Type::Bool),
        "any" => Ok(Type::Any),
        "list" | "set" | "map" | "object" | "tuple" => Err(Fault::new(span, SUMMARY)
            .detail(format!("{name} needs to say of what"))
            .hint(example(name))),
        _ => Err(Fault::new(span, SUMMARY)
            .detail(format!("there is no type \"{name}\""))
            .maybe_hint(super::near::did_you_mean(name, PRIMITIVES))),
    }
}

fn example(name: &str) -> String {
    match name {
        "object" => "write it as object({ name = string })".to_owned(),
        "tuple" => "write it as tuple([string, number])".to_owned(),
        _ => format!("write it as {name}(string)"),
    }
}

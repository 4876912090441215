//! What a function is, and how one is found by its name.

use crate::hcl::eval::Evaluator;
use crate::hcl::limits::VALUE_WEIGHT_MAX;
use crate::hcl::number::Number;
use crate::hcl::types::Type;
use crate::hcl::value::Value;

/// A function of the language.
pub(in crate::hcl) struct Function {
    pub(in crate::hcl) name: &'static str,
    pub(in crate::hcl) parameters: &'static [Parameter],
    /// The parameter that takes all further arguments.
    pub(in crate::hcl) rest: Option<Parameter>,
    pub(in crate::hcl) body: fn(&Call<'_>) -> Answer,
}

/// A parameter: its name in messages, and what it takes.
pub(in crate::hcl) struct Parameter {
    pub(in crate::hcl) name: &'static str,
    pub(in crate::hcl) kind: Kind,
    /// Whether null is an argument.
    pub(in crate::hcl) null: bool,
}

/// What a parameter takes, after conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hcl) enum Kind {
    Any,
    Text,
    Number,
    TextList,
    AnyList,
}

/// What a function gives.
pub(super) type Answer = Result<Value, Refusal>;

/// Why a function has no result.
#[derive(Debug)]
pub(in crate::hcl) struct Refusal {
    /// The argument at fault; `None` where it is the call as a whole.
    pub(in crate::hcl) argument: Option<usize>,
    pub(in crate::hcl) reason: String,
}

/// The arguments of one call.
pub(in crate::hcl) struct Call<'a> {
    pub(in crate::hcl) arguments: &'a [Value],
    pub(in crate::hcl) evaluator: &'a Evaluator<'a>,
}

impl Kind {
    pub(in crate::hcl) fn wanted(self) -> Type {
        match self {
            Self::Any => Type::Any,
            Self::Text => Type::String,
            Self::Number => Type::Number,
            Self::TextList => Type::List(Box::new(Type::String)),
            Self::AnyList => Type::List(Box::new(Type::Any)),
        }
    }
}

impl Function {
    /// The parameter of the argument at a place.
    pub(in crate::hcl) fn parameter(&self, at: usize) -> Option<&Parameter> {
        self.parameters.get(at).or(self.rest.as_ref())
    }
}

impl Call<'_> {
    pub(super) fn value(&self, at: usize) -> &Value {
        self.arguments.get(at).unwrap_or(&Value::Null)
    }

    pub(super) fn text(&self, at: usize) -> &str {
        self.value(at).as_text().unwrap_or("")
    }

    pub(super) fn number(&self, at: usize) -> Number {
        match self.value(at) {
            Value::Number(number) => number.clone(),
            _ => Number::zero(),
        }
    }

    /// A whole number of machine size.
    pub(super) fn whole(&self, at: usize) -> Result<i64, Refusal> {
        self.number(at).to_i64().ok_or_else(|| {
            Refusal::whole("the value must be a whole number between -2^63 and 2^63 - 1")
        })
    }

    /// The elements of a list, set or tuple.
    pub(super) fn items(&self, at: usize) -> &[Value] {
        self.value(at).as_items().unwrap_or(&[])
    }

    /// The texts of a list of text; null elements are left out.
    pub(super) fn texts(&self, at: usize) -> impl Iterator<Item = &str> {
        self.items(at).iter().filter_map(Value::as_text)
    }
}

impl Refusal {
    /// The call as a whole fails.
    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self {
            argument: None,
            reason: reason.into(),
        }
    }

    /// One argument is at fault.
    pub(super) fn argument(at: usize, reason: impl Into<String>) -> Self {
        Self {
            argument: Some(at),
            reason: reason.into(),
        }
    }

    /// The function is known, and not built yet.
    pub(super) fn not_yet(name: &str) -> Self {
        Self::whole(format!("not supported yet: {name}()"))
    }
}

/// A required parameter.
pub(super) const fn takes(name: &'static str, kind: Kind) -> Parameter {
    Parameter {
        name,
        kind,
        null: false,
    }
}

/// A parameter that null is good for.
pub(super) const fn takes_null(name: &'static str, kind: Kind) -> Parameter {
    Parameter {
        name,
        kind,
        null: true,
    }
}

/// A function with these parameters.
pub(super) const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    body: fn(&Call<'_>) -> Answer,
) -> Function {
    Function {
        name,
        parameters,
        rest: None,
        body,
    }
}

/// A function with these parameters and any number of further arguments.
pub(super) const fn variadic(
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Parameter,
    body: fn(&Call<'_>) -> Answer,
) -> Function {
    Function {
        name,
        parameters,
        rest: Some(rest),
        body,
    }
}

/// Text that may not grow beyond the largest value.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn push(&mut self, part: &str) -> Result<(), Refusal> {
        if (self.0.len() + part.len()) as u64 > VALUE_WEIGHT_MAX {
            return Err(Refusal::whole("the result is too large"));
        }
        self.0.push_str(part);
        Ok(())
    }

    pub(super) fn into_value(self) -> Value {
        Value::from(self.0)
    }
}

fn families() -> [&'static [Function]; 12] {
    [
        super::string::FUNCTIONS,
        super::collection::FUNCTIONS,
        super::numeric::FUNCTIONS,
        super::format::FUNCTIONS,
        super::encoding::FUNCTIONS,
        super::csv::FUNCTIONS,
        super::set::FUNCTIONS,
        super::hash::FUNCTIONS,
        super::date::FUNCTIONS,
        super::cidr::FUNCTIONS,
        super::file::FUNCTIONS,
        super::yaml::FUNCTIONS,
    ]
}

/// The function with this name.
pub(in crate::hcl) fn find(name: &str) -> Option<&'static Function> {
    families()
        .into_iter()
        .flatten()
        .find(|function| function.name == name)
}

/// The names of all functions.
pub(in crate::hcl) fn names() -> impl Iterator<Item = &'static str> {
    let tables = families()
        .into_iter()
        .flatten()
        .map(|function| function.name);
    tables.chain(["try", "can", "convert"])
}

//! A file as a tree: HCL and JSON alike, labels of blocks as keys one level down.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Object, ObjectKey, UnaryOperator};
use hcl_edit::structure::{Block, Body, Structure};
use nomad_core::hcl::{Diagnostic, Document, Source};

use super::quoted::without_quoted_keys;

/// A key and what stands there.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The key.
    pub(super) name: String,
    /// Where the key is.
    pub(super) at: Range<usize>,
    /// What stands there.
    pub(super) node: Node,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where it is.
    pub(super) at: Range<usize>,
    /// What it is.
    pub(super) form: Form,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Another number.
    Real(f64),
    /// Yes or no.
    Switch(bool),
    /// A list.
    List(Vec<Node>),
    /// A block or an object.
    Fields(Vec<Entry>),
}

impl Form {
    /// What it is, for messages.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Whole(_) | Self::Real(_) => "a number",
            Self::Switch(_) => "true or false",
            Self::List(_) => "a list",
            Self::Fields(_) => "a block",
        }
    }

    /// As JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Whole(number) => (*number).into(),
            Self::Real(number) => (*number).into(),
            Self::Switch(on) => (*on).into(),
            Self::List(list) => list.iter().map(|node| node.form.json()).collect(),
            Self::Fields(fields) => fields
                .iter()
                .map(|entry| (entry.name.clone(), entry.node.form.json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

/// Reads a file's text; JSON when it begins with a brace.
///
/// # Errors
///
/// The first place that is neither.
pub(super) fn parse(source: &Source) -> Result<Vec<Entry>, Box<Diagnostic>> {
    let text = source.text();
    let indent = text.len() - text.trim_start().len();
    if text.trim_start().starts_with('{') {
        let expression = Document::parse_expression(source)?;
        let walk = Walk { source, indent };
        return match walk.node(&expression)?.form {
            Form::Fields(fields) => Ok(fields),
            _ => Ok(Vec::new()),
        };
    }
    let plain = Source::new(source.name(), &without_quoted_keys(text));
    let document = Document::parse(plain).map_err(|finding| as_written(finding, source))?;
    Walk { source, indent: 0 }.body(document.body())
}

/// A finding with the line as its author wrote it.
fn as_written(mut finding: Box<Diagnostic>, source: &Source) -> Box<Diagnostic> {
    let line = source.line(finding.line());
    if let Some(snippet) = &mut finding.snippet
        && snippet.line.chars().count() == line.chars().count()
    {
        snippet.line = line.replace('\t', " ");
    }
    finding
}

struct Walk<'a> {
    source: &'a Source,
    /// Bytes before the first that was parsed.
    indent: usize,
}

impl Walk<'_> {
    fn place(&self, span: Option<Range<usize>>) -> Range<usize> {
        let span = span.unwrap_or_default();
        span.start + self.indent..span.end + self.indent
    }

    fn body(&self, body: &Body) -> Result<Vec<Entry>, Box<Diagnostic>> {
        body.iter()
            .map(|structure| match structure {
                Structure::Attribute(attribute) => {
                    let at = self.place(attribute.key.span());
                    Ok(Entry {
                        name: self.source.slice(&at).trim_matches('"').to_owned(),
                        at,
                        node: self.node(&attribute.value)?,
                    })
                }
                Structure::Block(block) => self.block(block),
            })
            .collect()
    }

    fn block(&self, block: &Block) -> Result<Entry, Box<Diagnostic>> {
        let at = self.place(block.ident.span());
        let mut node = Node {
            at: at.clone(),
            form: Form::Fields(self.body(&block.body)?),
        };
        for label in block.labels.iter().rev() {
            let at = self.place(label.span());
            let inner = Entry {
                name: label.as_str().to_owned(),
                at: at.clone(),
                node,
            };
            node = Node {
                at,
                form: Form::Fields(vec![inner]),
            };
        }
        Ok(Entry {
            name: block.ident.as_str().to_owned(),
            at,
            node,
        })
    }

    fn node(&self, expression: &Expression) -> Result<Node, Box<Diagnostic>> {
        let at = self.place(expression.span());
        let form = match expression {
            Expression::Bool(on) => Form::Switch(*on.value()),
            Expression::Number(number) => number_form(number.value()),
            Expression::UnaryOp(negative) if *negative.operator.value() == UnaryOperator::Neg => {
                match self.node(&negative.expr)?.form {
                    Form::Whole(number) => Form::Whole(-number),
                    Form::Real(number) => Form::Real(-number),
                    _ => return Err(self.no_expressions(at)),
                }
            }
            Expression::String(text) => Form::Text(text.value().clone()),
            // `${` means nothing here: the text as it is written.
            Expression::StringTemplate(_) => {
                let inner = self.source.slice(&at).trim().trim_matches('"');
                Form::Text(inner.replace("\\\"", "\""))
            }
            Expression::HeredocTemplate(text) => Form::Text(text.template.to_string()),
            Expression::Array(items) => Form::List(
                items
                    .iter()
                    .map(|item| self.node(item))
                    .collect::<Result<_, _>>()?,
            ),
            Expression::Object(object) => Form::Fields(self.object(object)?),
            Expression::Parenthesis(inner) => self.node(inner.inner())?.form,
            _ => return Err(self.no_expressions(at)),
        };
        Ok(Node { at, form })
    }

    fn object(&self, object: &Object) -> Result<Vec<Entry>, Box<Diagnostic>> {
        let mut fields = Vec::with_capacity(object.len());
        for (key, value) in object.iter() {
            let at = self.place(key.span());
            let name = match key {
                ObjectKey::Ident(name) => name.as_str().to_owned(),
                ObjectKey::Expression(Expression::String(name)) => name.value().clone(),
                ObjectKey::Expression(_) => return Err(self.no_expressions(at)),
            };
            // JSON's null is a key that is not there.
            if !matches!(value.expr(), Expression::Null(_)) {
                let node = self.node(value.expr())?;
                fields.push(Entry { name, at, node });
            }
        }
        Ok(fields)
    }

    fn no_expressions(&self, at: Range<usize>) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::at(self.source, at, "not a value")
                .with_detail("configuration files have no variables, functions or operators")
                .with_hints(["put a text in quotes".to_owned()]),
        )
    }
}

fn number_form(number: &hcl_edit::Number) -> Form {
    match number.as_i64() {
        Some(whole) => Form::Whole(whole),
        None => Form::Real(number.as_f64().unwrap_or(f64::NAN)),
    }
}

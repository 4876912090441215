//! Walks the tree and prints.

use serde_json::Value;

use super::TemplateError;
use super::parse::{Command, Node, Operand, Pipeline};

/// Renders nodes with `data` as dot and as `$`.
pub(super) fn render(nodes: &[Node], data: &Value) -> Result<String, TemplateError> {
    let mut walk = Walk {
        out: String::new(),
        variables: vec![(String::new(), data.clone())],
    };
    walk.nodes(nodes, data)?;
    Ok(walk.out)
}

struct Walk {
    out: String,
    /// Innermost last.
    variables: Vec<(String, Value)>,
}

impl Walk {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), TemplateError> {
        let scope = self.variables.len();
        for node in nodes {
            self.node(node, dot)?;
        }
        self.variables.truncate(scope);
        Ok(())
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<(), TemplateError> {
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Print(pipeline) => {
                let value = self.pipeline(pipeline, dot)?;
                let text = value.map_or_else(|| "<no value>".to_owned(), |value| show(&value));
                self.out.push_str(&text);
            }
            Node::Assign(name, pipeline) => {
                let value = self.pipeline(pipeline, dot)?.unwrap_or_default();
                self.variables.push((name.clone(), value));
            }
            Node::If {
                pipeline,
                sets_dot,
                then,
                otherwise,
            } => {
                let value = self.pipeline(pipeline, dot)?.unwrap_or_default();
                match is_true(&value) {
                    true if *sets_dot => self.nodes(then, &value)?,
                    true => self.nodes(then, dot)?,
                    false => self.nodes(otherwise, dot)?,
                }
            }
            Node::Range {
                names,
                pipeline,
                body,
                otherwise,
            } => {
                let value = self.pipeline(pipeline, dot)?.unwrap_or_default();
                self.range(names, value, body, otherwise, dot)?;
            }
        }
        Ok(())
    }

    fn range(
        &mut self,
        names: &[String],
        value: Value,
        body: &[Node],
        otherwise: &[Node],
        dot: &Value,
    ) -> Result<(), TemplateError> {
        let items: Vec<(Value, Value)> = match value {
            Value::Array(list) => list
                .into_iter()
                .enumerate()
                .map(|(at, item)| (at.into(), item))
                .collect(),
            Value::Object(map) => {
                let mut items: Vec<(String, Value)> = map.into_iter().collect();
                items.sort_by(|a, b| a.0.cmp(&b.0));
                items
                    .into_iter()
                    .map(|(key, item)| (key.into(), item))
                    .collect()
            }
            Value::Null => Vec::new(),
            other => {
                let reason = format!("can't iterate over {}", kind(&other));
                return Err(TemplateError::Arguments {
                    function: "range".into(),
                    reason,
                });
            }
        };
        if items.is_empty() {
            return self.nodes(otherwise, dot);
        }
        for (key, item) in items {
            let scope = self.variables.len();
            match names {
                [value] => self.variables.push((value.clone(), item.clone())),
                [name, value] => {
                    self.variables.push((name.clone(), key));
                    self.variables.push((value.clone(), item.clone()));
                }
                _ => {}
            }
            self.nodes(body, &item)?;
            self.variables.truncate(scope);
        }
        Ok(())
    }

    /// The value of a pipeline; `None` for a field that is not there.
    fn pipeline(&self, pipeline: &Pipeline, dot: &Value) -> Result<Option<Value>, TemplateError> {
        let mut last: Option<Value> = None;
        for (at, command) in pipeline.iter().enumerate() {
            last = self.command(command, dot, (at > 0).then(|| last.unwrap_or_default()))?;
        }
        Ok(last)
    }

    fn command(
        &self,
        command: &Command,
        dot: &Value,
        fed: Option<Value>,
    ) -> Result<Option<Value>, TemplateError> {
        let mut values = Vec::new();
        for operand in &command.operands {
            values.push(self.operand(operand, dot)?);
        }
        match command.function {
            None => Ok(values.pop().flatten()),
            Some(function) => {
                let arguments: Vec<Value> = values
                    .into_iter()
                    .map(Option::unwrap_or_default)
                    .chain(fed)
                    .collect();
                function.apply(&arguments).map(Some)
            }
        }
    }

    fn operand(&self, operand: &Operand, dot: &Value) -> Result<Option<Value>, TemplateError> {
        match operand {
            Operand::Dot(path) => follow(dot, path),
            Operand::Constant(value) => Ok(Some(value.clone())),
            Operand::Variable(name, path) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                let (_, value) = found.ok_or_else(|| TemplateError::Variable(name.clone()))?;
                follow(value, path)
            }
            Operand::Parenthesis(pipeline, path) => {
                let value = self.pipeline(pipeline, dot)?.unwrap_or_default();
                follow(&value, path)
            }
        }
    }
}

fn follow(value: &Value, path: &[String]) -> Result<Option<Value>, TemplateError> {
    let mut value = value;
    for field in path {
        value = match value {
            Value::Object(map) => match map.get(field) {
                Some(value) => value,
                None => return Ok(None),
            },
            Value::Null => return Ok(None),
            other => {
                return Err(TemplateError::Field {
                    field: field.clone(),
                    kind: kind(other),
                });
            }
        };
    }
    Ok(Some(value.clone()))
}

/// What kind of value it is, for complaints.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Go's idea of truth: not empty, not zero.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(on) => *on,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// A value as Go prints it.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let items: Vec<String> = list.iter().map(show).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(map) => {
            let mut items: Vec<String> = map
                .iter()
                .map(|(key, item)| format!("{key}:{}", show(item)))
                .collect();
            items.sort();
            format!("map[{}]", items.join(" "))
        }
    }
}

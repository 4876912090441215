//! The JSON form of a job file: rewritten as native text along the schema, then parsed as such.
//! Texts are templates here as there. Places in messages would be those of the rewritten text, so
//! they are left out.

use super::schema::{Attribute, Block, Content, Schema};
use hcl_edit::Span;
use hcl_edit::template::{Element, Template};
use serde_json::{Map, Value as Json};

/// Deepest nesting of blocks and values.
const DEPTH_MAX: usize = 60;

/// Native text that means the same.
///
/// # Errors
/// A lower-case fragment that says what cannot be rewritten.
pub(super) fn native_text(json: &str, job: &'static Schema) -> Result<String, String> {
    let root: Map<String, Json> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut writer = Writer {
        out: String::new(),
        depth: 0,
    };
    for (name, value) in &root {
        match name.as_str() {
            "job" => writer.labeled("job", value, &|writer, body| writer.body(body, job))?,
            "variable" => writer.labeled("variable", value, &Writer::variable)?,
            "locals" | "variables" => {
                writer.each(value, &mut |writer, body| {
                    writer.open(name, None);
                    writer.arguments(body)?;
                    writer.close()
                })?;
            }
            other => {
                return Err(format!(
                    "there is no block \"{other}\" at the top of a job file"
                ));
            }
        }
    }
    Ok(writer.out)
}

struct Writer {
    out: String,
    depth: usize,
}

type Written = Result<(), String>;
type Object = Map<String, Json>;

impl Writer {
    fn open(&mut self, name: &str, label: Option<&str>) {
        self.out.push_str(name);
        if let Some(label) = label {
            self.out.push(' ');
            push_quoted(&mut self.out, label);
        }
        self.out.push_str(" {\n");
    }

    fn close(&mut self) -> Written {
        self.out.push_str("}\n");
        Ok(())
    }

    /// Runs a part for an object, or for each object of a list.
    fn each(
        &mut self,
        value: &Json,
        part: &mut dyn FnMut(&mut Self, &Object) -> Written,
    ) -> Written {
        match value {
            Json::Object(object) => part(self, object),
            Json::Array(list) => list.iter().try_for_each(|item| match item {
                Json::Object(object) => part(self, object),
                other => Err(format!("a block is an object here, not {other}")),
            }),
            Json::Null => Ok(()),
            other => Err(format!("a block is an object here, not {other}")),
        }
    }

    /// Blocks by label: `{"label": {...}}`.
    fn labeled(
        &mut self,
        name: &str,
        value: &Json,
        body: &dyn Fn(&mut Self, &Object) -> Written,
    ) -> Written {
        self.each(value, &mut |writer, labels| {
            labels.iter().try_for_each(|(label, value)| {
                writer.each(value, &mut |writer, object| {
                    writer.open(name, Some(label));
                    body(writer, object)?;
                    writer.close()
                })
            })
        })
    }

    fn variable(&mut self, object: &Object) -> Written {
        for (name, value) in object {
            match (name.as_str(), value) {
                // A type is written as text and means its expression.
                ("type", Json::String(text)) => self.out.push_str(&format!("type = {text}\n")),
                ("validation", _) => self.each(value, &mut |writer, object| {
                    writer.open("validation", None);
                    writer.arguments(object)?;
                    writer.close()
                })?,
                _ => self.argument(name, value)?,
            }
        }
        Ok(())
    }

    fn body(&mut self, object: &Object, schema: &'static Schema) -> Written {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("more than {DEPTH_MAX} levels of nesting"));
        }
        for (name, value) in object {
            let is_argument = |one: &Attribute| one.name == name;
            match schema.blocks.iter().find(|one| one.name == name) {
                Some(block) => self.block(block, value)?,
                None if name == "dynamic" => {
                    return Err("not supported yet: dynamic blocks in the JSON form".to_owned());
                }
                None if value.is_object() && !schema.attributes.iter().any(is_argument) => {
                    return Err(format!("there is no block \"{name}\" here"));
                }
                None => self.argument(name, value)?,
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn block(&mut self, block: &'static Block, value: &Json) -> Written {
        match block.content {
            Content::Schema(schema) if block.label.is_some() => {
                self.labeled(block.name, value, &|writer, object| {
                    writer.body(object, schema)
                })
            }
            Content::Schema(schema) => self.each(value, &mut |writer, object| {
                writer.open(block.name, None);
                writer.body(object, schema)?;
                writer.close()
            }),
            Content::Texts { as_argument: true } => self.each(value, &mut |writer, object| {
                writer.argument(block.name, &Json::Object(object.clone()))
            }),
            Content::Texts { as_argument: false } | Content::TextLists | Content::Anything => self
                .each(value, &mut |writer, object| {
                    writer.open(block.name, None);
                    writer.arguments(object)?;
                    writer.close()
                }),
        }
    }

    fn arguments(&mut self, object: &Object) -> Written {
        object
            .iter()
            .try_for_each(|(name, value)| self.argument(name, value))
    }

    fn argument(&mut self, name: &str, value: &Json) -> Written {
        let plain = name.starts_with(|c: char| c == '_' || c.is_alphabetic())
            && name
                .chars()
                .all(|c| c == '_' || c == '-' || c.is_alphanumeric());
        if !plain {
            return Err(format!("\"{name}\" cannot be the name of an argument"));
        }
        self.out.push_str(name);
        self.out.push_str(" = ");
        self.value(value)?;
        self.out.push('\n');
        Ok(())
    }

    fn value(&mut self, value: &Json) -> Written {
        match value {
            Json::String(text) => push_template(&mut self.out, text),
            Json::Array(list) => {
                self.out.push('[');
                for item in list {
                    self.value(item)?;
                    self.out.push_str(", ");
                }
                self.out.push(']');
                Ok(())
            }
            Json::Object(object) => {
                self.out.push_str("{ ");
                for (key, item) in object {
                    push_quoted(&mut self.out, key);
                    self.out.push_str(" = ");
                    self.value(item)?;
                    self.out.push_str(", ");
                }
                self.out.push('}');
                Ok(())
            }
            scalar => {
                self.out.push_str(&scalar.to_string());
                Ok(())
            }
        }
    }
}

/// A text without templates, in quotes.
fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    push_escaped(out, &text.replace("${", "$${").replace("%{", "%%{"));
    out.push('"');
}

/// A template, in quotes: what stands inside `${` and `%{` is taken as it is.
fn push_template(out: &mut String, text: &str) -> Written {
    out.push('"');
    if !text.contains("${") && !text.contains("%{") {
        push_escaped(out, text);
    } else {
        let template: Template = text
            .parse()
            .map_err(|_| format!("\"{text}\" is not a complete template"))?;
        for element in &template {
            let part = element.span().and_then(|span| text.get(span)).unwrap_or("");
            match element {
                Element::Literal(_) => push_escaped(out, part),
                Element::Interpolation(_) | Element::Directive(_) => out.push_str(part),
            }
        }
    }
    out.push('"');
    Ok(())
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
}

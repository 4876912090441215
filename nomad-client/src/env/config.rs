//! `${...}` in a driver's `config`, where what is unknown is an error.
//!
//! A text is a template in the manner of HCL: `${` opens an expression, `$${` stands for `${`. The
//! expressions are references: names joined by dots, or by `["name"]`. Keys with dots are one name
//! (`attr.driver.docker.version`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::TaskEnv;

/// How deep lists and maps may be nested in a `config`.
pub const FILL_DEPTH_MAX: usize = 32;

/// A driver's `config` could not be filled in: the event `Failed Validation`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FillError {
    /// A reference to something that is not there.
    #[error(
        "Unknown variable: there is no variable named {name:?} ({place}); known are the task's \
         environment, node.*, attr.* and meta.*"
    )]
    UnknownVariable {
        /// The reference.
        name: String,
        /// Where it stands, such as `args[2]`.
        place: String,
    },
    /// Something between `${` and `}` that is no reference.
    #[error(
        "Invalid expression {text:?} ({place}): a reference such as ${{NOMAD_PORT_http}} or \
         ${{env[\"NAME\"]}} is needed; write $${{ for the text ${{"
    )]
    NoReference {
        /// What stands there.
        text: String,
        /// Where.
        place: String,
    },
    /// A `${` without its `}`.
    #[error(
        "Unfinished expression ({place}): a \"${{\" has no \"}}\"; write $${{ for the text ${{"
    )]
    Unfinished {
        /// Where.
        place: String,
    },
    /// Lists and maps nested too deep.
    #[error("{place}: nested more than {FILL_DEPTH_MAX} deep")]
    TooDeep {
        /// Where.
        place: String,
    },
}

impl TaskEnv {
    /// The `config` with all references filled in.
    ///
    /// # Errors
    /// [`FillError`] with the place of the first text that cannot be filled in.
    pub fn fill_config(
        &self,
        config: &BTreeMap<String, Value>,
    ) -> Result<Map<String, Value>, FillError> {
        let filled = config
            .iter()
            .map(|(key, value)| Ok((key.clone(), self.fill_value(value, key, FILL_DEPTH_MAX)?)));
        filled.collect()
    }

    fn fill_value(&self, value: &Value, place: &str, depth: usize) -> Result<Value, FillError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(FillError::TooDeep {
                place: place.to_owned(),
            });
        };
        Ok(match value {
            Value::String(text) => Value::String(self.fill_template(text, place)?),
            Value::Array(items) => {
                let filled = items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| self.fill_value(item, &format!("{place}[{at}]"), depth));
                Value::Array(filled.collect::<Result<_, _>>()?)
            }
            Value::Object(map) => {
                let filled = map.iter().map(|(key, value)| {
                    let place = format!("{place}.{key}");
                    Ok((key.clone(), self.fill_value(value, &place, depth)?))
                });
                Value::Object(filled.collect::<Result<_, _>>()?)
            }
            other => other.clone(),
        })
    }

    fn fill_template(&self, text: &str, place: &str) -> Result<String, FillError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            if let Some(escaped) = before.strip_suffix('$') {
                filled.push_str(escaped);
                filled.push_str("${");
                rest = after;
                continue;
            }
            filled.push_str(before);
            let (expression, tail) =
                after.split_once('}').ok_or_else(|| FillError::Unfinished {
                    place: place.to_owned(),
                })?;
            filled.push_str(self.refer(expression, place)?);
            rest = tail;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// What a reference leads to.
    fn refer(&self, expression: &str, place: &str) -> Result<&str, FillError> {
        let name = reference(expression).ok_or_else(|| FillError::NoReference {
            text: expression.to_owned(),
            place: place.to_owned(),
        })?;
        let in_env = name
            .strip_prefix("env.")
            .and_then(|name| self.vars().get(name));
        let on_node = ["node.attr.", "node.meta."].iter().find_map(|prefix| {
            let rest = name.strip_prefix(prefix)?;
            self.look_up(&format!(
                "{}.{rest}",
                prefix.trim_matches('.').split_once('.')?.1
            ))
        });
        let found = in_env
            .map(String::as_str)
            .or(on_node)
            .or_else(|| self.look_up(&name));
        found.ok_or_else(|| FillError::UnknownVariable {
            name,
            place: place.to_owned(),
        })
    }
}

/// Reads `a.b["c"].d` as `a.b.c.d`; `None` when it is something else.
fn reference(expression: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = expression.trim();
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (part, tail) = rest.split_at_checked(end)?;
        let part = part.trim_end();
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if !part.chars().all(fits) || (part.is_empty() && !tail.starts_with('[')) {
            return None;
        }
        name.push_str(part);
        rest = tail;
        while let Some(inside) = rest.strip_prefix('[') {
            let (quoted, tail) = inside.split_once(']')?;
            name.push('.');
            name.push_str(quoted.trim().strip_prefix('"')?.strip_suffix('"')?);
            rest = tail;
        }
        match rest.strip_prefix('.') {
            Some(tail) if !name.is_empty() => {
                name.push('.');
                rest = tail;
            }
            Some(_) => return None,
            None => return (rest.trim().is_empty() && !name.starts_with('.')).then_some(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_in_both_manners() {
        let cases = [
            ("NOMAD_PORT_http", Some("NOMAD_PORT_http")),
            (" env[\"A B\"] ", Some("env.A B")),
            ("meta.with-dash", Some("meta.with-dash")),
            (
                "attr[\"driver.docker.version\"]",
                Some("attr.driver.docker.version"),
            ),
            ("node[\"meta\"].rack", Some("node.meta.rack")),
            ("", None),
            ("a b", None),
            ("a..b", None),
            ("a.", None),
            ("upper(x)", None),
            ("env[A]", None),
            ("1 + 2", None),
        ];
        for (expression, name) in cases {
            assert_eq!(reference(expression).as_deref(), name, "{expression:?}");
        }
    }
}

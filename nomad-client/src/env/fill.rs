//! `${name}` in plain texts.

use super::TaskEnv;

/// Whether a character may stand in a name between `${` and `}`.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The text with every `${name}` replaced by what `look_up` knows. What it does not know, and what
/// is no name, stays as it is.
pub(super) fn fill<'a>(text: &str, look_up: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        filled.push_str(before);
        let known = after
            .split_once('}')
            .filter(|(name, _)| name.chars().all(is_name));
        match known.and_then(|(name, tail)| Some((look_up(name)?, tail))) {
            Some((value, tail)) => {
                filled.push_str(value);
                rest = tail;
            }
            None => {
                filled.push_str("${");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

impl TaskEnv {
    /// The text with references to the environment, the node, its attributes and its meta filled in:
    /// `${NOMAD_PORT_http}`, `${node.unique.name}`, `${attr.kernel.name}`, `${meta.rack}`. What is
    /// unknown stays as it is (spec/client 17.3).
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        fill(text, |name| self.look_up(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_filled_in_and_the_rest_stays() {
        let look_up = |name: &str| match name {
            "A" => Some("1"),
            "meta.with-dash" => Some("2"),
            _ => None,
        };
        let cases = [
            ("${A}/${meta.with-dash}", "1/2"),
            ("[${no.such}] ${A}", "[${no.such}] 1"),
            ("${ A } ${env[\"A\"]}", "${ A } ${env[\"A\"]}"),
            ("$A $$ ${", "$A $$ ${"),
            ("$${A}", "$1"),
            ("${${A}}", "${1}"),
        ];
        for (text, filled) in cases {
            assert_eq!(fill(text, look_up), filled, "{text}");
        }
    }
}

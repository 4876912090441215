//! Reads words against a flag table.
//!
//! The rules are those of Go's flag package, as Nomad's users know them: one dash or two, `-x=v` or `-x v`,
//! a switch only as `-x` or `-x=bool`, `--` ends the flags. One thing is wider: flags may also follow the
//! positional words.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Flag, Shape, nearest};

/// Why a command line could not be read; texts complete "could not run the command: ...".
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum Problem {
    /// No such flag.
    #[error("flag provided but not defined: -{name}{}", hint(.nearest))]
    Unknown {
        /// The name as typed, without dashes.
        name: String,
        /// The most similar flag of the command, if one is near.
        nearest: Option<&'static str>,
    },
    /// A value flag at the end of the line.
    #[error("flag needs an argument: -{0}")]
    NoValue(&'static str),
    /// A switch with something that is no bool.
    #[error("invalid boolean value \"{value}\" for -{name}: use true or false")]
    NoBool {
        /// The switch.
        name: &'static str,
        /// What followed `=`.
        value: String,
    },
    /// A number flag with something else.
    #[error("invalid value \"{value}\" for flag -{name}: {reason}")]
    NoNumber {
        /// The flag.
        name: &'static str,
        /// What was typed.
        value: String,
        /// What the number parser says.
        reason: String,
    },
}

fn hint(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (did you mean -{name}?)"))
}

/// The answer to a command line: flags by name, and the words left over.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    switches: BTreeMap<&'static str, bool>,
    values: BTreeMap<&'static str, Vec<String>>,
    /// Positional words, in order.
    pub(crate) words: Vec<String>,
    /// `-h`, `-help` or `--help` was given.
    pub(crate) wants_help: bool,
}

impl Parsed {
    /// Whether a switch is on.
    pub(crate) fn on(&self, flag: &Flag) -> bool {
        let default = flag.shape == Shape::Switch(true);
        self.switches.get(flag.name).copied().unwrap_or(default)
    }

    /// Whether the flag was given at all.
    pub(crate) fn given(&self, flag: &Flag) -> bool {
        self.switches.contains_key(flag.name) || self.values.contains_key(flag.name)
    }

    /// The last value of a flag.
    pub(crate) fn text(&self, flag: &Flag) -> Option<&str> {
        self.values.get(flag.name)?.last().map(String::as_str)
    }

    /// All values of a flag, in order.
    pub(crate) fn all(&self, flag: &Flag) -> &[String] {
        self.values.get(flag.name).map_or(&[], Vec::as_slice)
    }

    /// The last value of a flag as an integer.
    pub(crate) fn number(&self, flag: &Flag) -> Result<Option<i64>, Problem> {
        let Some(value) = self.text(flag) else {
            return Ok(None);
        };
        value
            .parse()
            .map(Some)
            .map_err(|error: std::num::ParseIntError| Problem::NoNumber {
                name: flag.name,
                value: value.to_owned(),
                reason: error.to_string(),
            })
    }

    /// The positional word at a place.
    pub(crate) fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at).map(String::as_str)
    }
}

/// Reads `words` against `flags`.
pub(crate) fn parse(words: &[String], flags: &[&[Flag]]) -> Result<Parsed, Problem> {
    let mut parsed = Parsed::default();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            parsed.words.extend(rest.by_ref().cloned());
        } else if let Some(body) = flag_body(word) {
            read_flag(body, &mut rest, flags, &mut parsed)?;
        } else {
            parsed.words.push(word.clone());
        }
    }
    Ok(parsed)
}

/// The word without its dashes, if it is a flag. `-` is stdin and `-5` a number.
fn flag_body(word: &str) -> Option<&str> {
    let body = word.strip_prefix('-')?;
    let body = body.strip_prefix('-').unwrap_or(body);
    (!body.is_empty() && !body.starts_with(|c: char| c.is_ascii_digit())).then_some(body)
}

fn read_flag<'a>(
    body: &str,
    rest: &mut impl Iterator<Item = &'a String>,
    flags: &[&[Flag]],
    parsed: &mut Parsed,
) -> Result<(), Problem> {
    let (name, inline) = match body.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (body, None),
    };
    let all = || flags.iter().flat_map(|group| group.iter());
    let Some(flag) = all().find(|flag| flag.name == name) else {
        if name == "h" || name == "help" {
            parsed.wants_help = true;
            return Ok(());
        }
        let nearest = nearest(
            name,
            all().filter(|flag| !flag.hidden).map(|flag| flag.name),
        );
        return Err(Problem::Unknown {
            name: name.to_owned(),
            nearest,
        });
    };
    if let Shape::Switch(_) = flag.shape {
        let on = inline.map_or(Ok(true), |value| read_bool(flag.name, value))?;
        parsed.switches.insert(flag.name, on);
        return Ok(());
    }
    let value = match inline {
        Some(value) => value.to_owned(),
        None => rest.next().ok_or(Problem::NoValue(flag.name))?.clone(),
    };
    parsed.values.entry(flag.name).or_default().push(value);
    Ok(())
}

/// Go's spellings of a bool.
fn read_bool(name: &'static str, value: &str) -> Result<bool, Problem> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Problem::NoBool {
            name,
            value: value.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETACH: Flag = Flag::switch("detach", "");
    const DIFF: Flag = Flag::switch_on("diff", "");
    const INDEX: Flag = Flag::value("check-index", "<n>", "");
    const VAR: Flag = Flag::list("var", "<k=v>", "");
    const LINES: Flag = Flag::value("n", "<n>", "");
    const TABLE: &[&[Flag]] = &[&[DETACH, DIFF], &[INDEX, VAR, LINES]];

    fn read(line: &str) -> Result<Parsed, Problem> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words, TABLE)
    }

    #[test]
    fn one_dash_two_dashes_inline_and_next_word_all_mean_the_same() {
        for line in [
            "-check-index 7 f",
            "--check-index 7 f",
            "-check-index=7 f",
            "f --check-index=7",
        ] {
            let parsed = read(line).unwrap();
            assert_eq!(parsed.text(&INDEX), Some("7"), "{line}");
            assert_eq!(parsed.words, ["f"], "{line}");
        }
    }

    #[test]
    fn switches_take_a_bool_only_after_an_equals_sign() {
        let parsed = read("-detach -diff=false true").unwrap();
        assert!(parsed.on(&DETACH) && !parsed.on(&DIFF));
        assert_eq!(parsed.words, ["true"]);
        assert!(read("x").unwrap().on(&DIFF));
        assert!(matches!(read("-diff=maybe"), Err(Problem::NoBool { .. })));
    }

    #[test]
    fn lists_keep_their_order_and_values_their_equals_signs() {
        let parsed = read("-var a=b -var=c=d -").unwrap();
        assert_eq!(parsed.all(&VAR), ["a=b", "c=d"]);
        assert_eq!(parsed.words, ["-"]);
    }

    #[test]
    fn negative_numbers_are_values_and_words() {
        assert_eq!(read("-n -50").unwrap().number(&LINES), Ok(Some(-50)));
        assert_eq!(read("-5").unwrap().words, ["-5"]);
    }

    #[test]
    fn a_misspelt_flag_is_answered_with_the_nearest_one() {
        let text = read("-chek-index 3").unwrap_err().to_string();
        assert_eq!(
            text,
            "flag provided but not defined: -chek-index (did you mean -check-index?)"
        );
        let text = read("-zzzzzz").unwrap_err().to_string();
        assert_eq!(text, "flag provided but not defined: -zzzzzz");
    }

    #[test]
    fn a_value_flag_at_the_end_says_what_it_needs() {
        assert_eq!(
            read("-var").unwrap_err().to_string(),
            "flag needs an argument: -var"
        );
        assert!(read("-n x").unwrap().number(&LINES).is_err());
    }

    #[test]
    fn help_is_understood_everywhere_and_two_dashes_end_the_flags() {
        assert!(read("-h").unwrap().wants_help);
        assert!(read("x --help").unwrap().wants_help);
        assert_eq!(read("-- -detach").unwrap().words, ["-detach"]);
    }
}

//! Template text -> pieces: plain text and the tokens of actions.

use super::TemplateError;

/// A word of an action.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `range`, `eq`, `true`
    Word(String),
    /// `$x`; `$` is the empty name.
    Variable(String),
    /// `.A`; `.` alone is the empty name.
    Field(String),
    /// `.B` right behind a value: `$x.B`, `.A.B`, `(...).B`.
    Sub(String),
    /// `"text"` or `` `text` ``
    Text(String),
    /// `7`, `-1.5`
    Number(f64),
    /// `|`
    Pipe,
    /// `:=` or `=`
    Assign,
    /// `,`
    Comma,
    /// `(`
    Open,
    /// `)`
    Close,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// Text that is printed as it is.
    Text(String),
    /// What stands between the braces.
    Action(Vec<Token>),
}

/// Cuts a template into pieces.
pub(super) fn lex(template: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut trims = false;
    while !rest.is_empty() {
        let (text, after) = match rest.split_once("{{") {
            Some((text, after)) => (text, Some(after)),
            None => (rest, None),
        };
        let text = if trims { text.trim_start() } else { text };
        let Some(after) = after else {
            pieces.push(Piece::Text(text.to_owned()));
            break;
        };
        let trimmed = after
            .strip_prefix('-')
            .filter(|inside| inside.starts_with(char::is_whitespace));
        let (text, inside) = match trimmed {
            Some(inside) => (text.trim_end(), inside),
            None => (text, after),
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        let end = action_end(inside).ok_or(TemplateError::Unclosed)?;
        let (action, tail) = inside.split_at(end);
        rest = tail.strip_prefix("}}").unwrap_or(tail);
        trims = action.ends_with(" -") || action.ends_with("/-") || action == "-";
        let action = if trims {
            action.trim_end_matches('-')
        } else {
            action
        };
        if !action.trim_start().starts_with("/*") {
            pieces.push(Piece::Action(tokens(action)?));
        }
    }
    Ok(pieces)
}

/// Where the closing braces are, outside of texts and comments.
fn action_end(inside: &str) -> Option<usize> {
    if inside.trim_start().starts_with("/*") {
        let comment = inside.find("*/")?;
        return inside.get(comment..)?.find("}}").map(|at| comment + at);
    }
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match quote {
            Some('"') if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '`' => quote = Some(c),
            None if inside.get(at..)?.starts_with("}}") => return Some(at),
            None => {}
        }
    }
    None
}

fn tokens(action: &str) -> Result<Vec<Token>, TemplateError> {
    let mut tokens = Vec::new();
    let mut rest = action.trim_start();
    // Whether the last token could own a field that follows without a blank.
    let mut touching = false;
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '|' => (Token::Pipe, skip(rest, 1)),
            ',' => (Token::Comma, skip(rest, 1)),
            '(' => (Token::Open, skip(rest, 1)),
            ')' => (Token::Close, skip(rest, 1)),
            '=' => (Token::Assign, skip(rest, 1)),
            ':' if rest.starts_with(":=") => (Token::Assign, skip(rest, 2)),
            '"' => quoted(rest)?,
            '`' => {
                let (text, after) = skip(rest, 1)
                    .split_once('`')
                    .ok_or(TemplateError::UnclosedText)?;
                (Token::Text(text.to_owned()), after)
            }
            '.' => {
                let (name, after) = word(skip(rest, 1));
                let name = name.to_owned();
                (
                    if touching {
                        Token::Sub(name)
                    } else {
                        Token::Field(name)
                    },
                    after,
                )
            }
            '$' => {
                let (name, after) = word(skip(rest, 1));
                (Token::Variable(name.to_owned()), after)
            }
            c if c.is_ascii_digit() || c == '-' => number(rest)?,
            c if c.is_alphabetic() || c == '_' => {
                let (name, after) = word(rest);
                (Token::Word(name.to_owned()), after)
            }
            c => return Err(TemplateError::Character(c)),
        };
        rest = after.trim_start();
        touching = rest.len() == after.len()
            && matches!(
                token,
                Token::Field(_) | Token::Sub(_) | Token::Variable(_) | Token::Close
            );
        tokens.push(token);
    }
    Ok(tokens)
}

fn skip(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or("")
}

fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn number(text: &str) -> Result<(Token, &str), TemplateError> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.' | 'e')))
        .unwrap_or(text.len());
    let (digits, after) = text.split_at(end);
    let value = digits.parse().map_err(|_| TemplateError::Character('-'))?;
    Ok((Token::Number(value), after))
}

fn quoted(text: &str) -> Result<(Token, &str), TemplateError> {
    let mut out = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => {
                escaped = false;
                out.push(match c {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
            }
            '\\' => escaped = true,
            '"' => return Ok((Token::Text(out), skip(text, at + 1))),
            c => out.push(c),
        }
    }
    Err(TemplateError::UnclosedText)
}

//! Pieces -> a tree of nodes.

use serde_json::Value;

use super::TemplateError;
use super::function::Function;
use super::lex::{Piece, Token};

/// Deepest nesting of blocks and parentheses.
const DEPTH_MAX: usize = 64;

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Plain text.
    Text(String),
    /// A pipeline whose value is printed.
    Print(Pipeline),
    /// `$x := pipeline`
    Assign(String, Pipeline),
    /// `if` and `with` (the latter sets the dot).
    If {
        pipeline: Pipeline,
        sets_dot: bool,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    },
    /// `range`
    Range {
        names: Vec<String>,
        pipeline: Pipeline,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
}

/// Commands, each fed by the one before.
pub(super) type Pipeline = Vec<Command>;

/// A function with arguments, or a single operand.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) function: Option<Function>,
    pub(super) operands: Vec<Operand>,
}

/// A value in the making.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// `.A.B`
    Dot(Vec<String>),
    /// `$x.A.B`
    Variable(String, Vec<String>),
    /// `"text"`, `7`, `true`, `nil`
    Constant(Value),
    /// `(pipeline).A`
    Parenthesis(Pipeline, Vec<String>),
}

/// Builds the tree.
pub(super) fn parse(pieces: &[Piece]) -> Result<Vec<Node>, TemplateError> {
    let mut reader = Reader { pieces, at: 0 };
    let (nodes, end) = reader.nodes(0)?;
    match end {
        End::Template => Ok(nodes),
        End::Block => Err(TemplateError::Block("unexpected {{end}}")),
        End::Else(_) => Err(TemplateError::Block("unexpected {{else}}")),
    }
}

/// What ended a list of nodes.
enum End {
    Template,
    Block,
    /// `{{else}}` with the rest of its words (`if ...`).
    Else(Vec<Token>),
}

struct Reader<'a> {
    pieces: &'a [Piece],
    at: usize,
}

impl Reader<'_> {
    fn nodes(&mut self, depth: usize) -> Result<(Vec<Node>, End), TemplateError> {
        if depth > DEPTH_MAX {
            return Err(TemplateError::Block("blocks are nested too deeply"));
        }
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.get(self.at) {
            self.at += 1;
            let tokens = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text(text.clone()));
                    continue;
                }
                Piece::Action(tokens) => tokens,
            };
            let word = match tokens.first() {
                Some(Token::Word(word)) => word.as_str(),
                _ => "",
            };
            let rest = tokens.get(1..).unwrap_or_default();
            match word {
                "end" => return Ok((nodes, End::Block)),
                "else" => return Ok((nodes, End::Else(rest.to_vec()))),
                "if" | "with" => nodes.push(self.choice(word == "with", rest, depth)?),
                "range" => nodes.push(self.range(rest, depth)?),
                "template" | "block" | "define" | "break" | "continue" => {
                    return Err(TemplateError::NotYet(word.to_owned()));
                }
                _ => nodes.push(statement(tokens)?),
            }
        }
        Ok((nodes, End::Template))
    }

    fn choice(
        &mut self,
        sets_dot: bool,
        tokens: &[Token],
        depth: usize,
    ) -> Result<Node, TemplateError> {
        let pipeline = whole_pipeline(tokens)?;
        let (then, end) = self.nodes(depth + 1)?;
        let otherwise = self.otherwise(end, depth)?;
        Ok(Node::If {
            pipeline,
            sets_dot,
            then,
            otherwise,
        })
    }

    /// What stands after `{{else}}`, up to the `{{end}}`.
    fn otherwise(&mut self, end: End, depth: usize) -> Result<Vec<Node>, TemplateError> {
        match end {
            End::Block => Ok(Vec::new()),
            End::Template => Err(TemplateError::Block(
                "unexpected EOF, a block has no {{end}}",
            )),
            End::Else(tokens) => match tokens.split_first() {
                None => {
                    let (nodes, end) = self.nodes(depth + 1)?;
                    match end {
                        End::Block => Ok(nodes),
                        End::Else(_) => Err(TemplateError::Block("unexpected {{else}}")),
                        End::Template => Err(TemplateError::Block(
                            "unexpected EOF, a block has no {{end}}",
                        )),
                    }
                }
                Some((Token::Word(word), rest)) if word == "if" || word == "with" => {
                    Ok(vec![self.choice(word == "with", rest, depth + 1)?])
                }
                Some((token, _)) => Err(unexpected(Some(token), "if or }}")),
            },
        }
    }

    fn range(&mut self, tokens: &[Token], depth: usize) -> Result<Node, TemplateError> {
        let (names, tokens) = assigned(tokens);
        let pipeline = whole_pipeline(tokens)?;
        let (body, end) = self.nodes(depth + 1)?;
        let otherwise = self.otherwise(end, depth)?;
        Ok(Node::Range {
            names,
            pipeline,
            body,
            otherwise,
        })
    }
}

/// `$k, $v :=` in front of a pipeline.
fn assigned(tokens: &[Token]) -> (Vec<String>, &[Token]) {
    match tokens {
        [Token::Variable(one), Token::Assign, rest @ ..] => (vec![one.clone()], rest),
        [
            Token::Variable(key),
            Token::Comma,
            Token::Variable(value),
            Token::Assign,
            rest @ ..,
        ] => (vec![key.clone(), value.clone()], rest),
        _ => (Vec::new(), tokens),
    }
}

fn statement(tokens: &[Token]) -> Result<Node, TemplateError> {
    let (mut names, rest) = assigned(tokens);
    match (names.pop(), names.is_empty()) {
        (None, _) => Ok(Node::Print(whole_pipeline(tokens)?)),
        (Some(name), true) => Ok(Node::Assign(name, whole_pipeline(rest)?)),
        (Some(_), false) => Err(unexpected(Some(&Token::Comma), ":=")),
    }
}

fn whole_pipeline(tokens: &[Token]) -> Result<Pipeline, TemplateError> {
    let (pipeline, rest) = pipeline(tokens, 0)?;
    match rest.first() {
        None => Ok(pipeline),
        token => Err(unexpected(token, "the end of the action")),
    }
}

fn pipeline(mut tokens: &[Token], depth: usize) -> Result<(Pipeline, &[Token]), TemplateError> {
    if depth > DEPTH_MAX {
        return Err(TemplateError::Block("parentheses are nested too deeply"));
    }
    let mut commands = Vec::new();
    loop {
        let (command, rest) = command(tokens, depth)?;
        commands.push(command);
        match rest.split_first() {
            Some((Token::Pipe, rest)) => tokens = rest,
            _ => return Ok((commands, rest)),
        }
    }
}

fn command(tokens: &[Token], depth: usize) -> Result<(Command, &[Token]), TemplateError> {
    let mut rest = tokens;
    let mut function = None;
    if let Some((Token::Word(word), after)) = rest.split_first()
        && constant(word).is_none()
    {
        function = Some(Function::named(word)?);
        rest = after;
    }
    let mut operands = Vec::new();
    while let Some((operand, after)) = operand(rest, depth)? {
        operands.push(operand);
        rest = after;
    }
    match (&function, operands.len()) {
        (None, 0) => Err(unexpected(rest.first(), "a value")),
        (None, 2..) => Err(unexpected(tokens.get(1), "| or the end of the action")),
        _ => Ok((Command { function, operands }, rest)),
    }
}

type Read<'a> = Option<(Operand, &'a [Token])>;

fn operand(tokens: &[Token], depth: usize) -> Result<Read<'_>, TemplateError> {
    let Some((first, rest)) = tokens.split_first() else {
        return Ok(None);
    };
    Ok(Some(match first {
        Token::Field(name) => {
            let (mut path, rest) = path(rest);
            if !name.is_empty() {
                path.insert(0, name.clone());
            }
            (Operand::Dot(path), rest)
        }
        Token::Variable(name) => {
            let (path, rest) = path(rest);
            (Operand::Variable(name.clone(), path), rest)
        }
        Token::Text(text) => (Operand::Constant(Value::from(text.clone())), rest),
        Token::Number(number) => (Operand::Constant(number_value(*number)), rest),
        Token::Word(word) => match constant(word) {
            Some(value) => (Operand::Constant(value), rest),
            // A function without arguments, as an argument.
            None => {
                let function = Some(Function::named(word)?);
                let command = Command {
                    function,
                    operands: Vec::new(),
                };
                (Operand::Parenthesis(vec![command], Vec::new()), rest)
            }
        },
        Token::Open => {
            let (inner, rest) = pipeline(rest, depth + 1)?;
            let Some((Token::Close, rest)) = rest.split_first() else {
                return Err(unexpected(rest.first(), ")"));
            };
            let (path, rest) = path(rest);
            (Operand::Parenthesis(inner, path), rest)
        }
        Token::Sub(_) | Token::Pipe | Token::Close | Token::Assign | Token::Comma => {
            return Ok(None);
        }
    }))
}

/// `.A.B` right behind a value.
fn path(mut tokens: &[Token]) -> (Vec<String>, &[Token]) {
    let mut path = Vec::new();
    while let Some((Token::Sub(name), rest)) = tokens.split_first() {
        path.push(name.clone());
        tokens = rest;
    }
    (path, tokens)
}

fn constant(word: &str) -> Option<Value> {
    match word {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "nil" => Some(Value::Null),
        _ => None,
    }
}

fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

fn unexpected(token: Option<&Token>, wanted: &'static str) -> TemplateError {
    let found = match token {
        None => "the end of the action".to_owned(),
        Some(Token::Word(word)) => format!("\"{word}\""),
        Some(Token::Variable(name)) => format!("\"${name}\""),
        Some(Token::Field(name) | Token::Sub(name)) => format!("\".{name}\""),
        Some(Token::Text(text)) => format!("{text:?}"),
        Some(Token::Number(number)) => number.to_string(),
        Some(Token::Pipe) => "\"|\"".to_owned(),
        Some(Token::Assign) => "\":=\"".to_owned(),
        Some(Token::Comma) => "\",\"".to_owned(),
        Some(Token::Open) => "\"(\"".to_owned(),
        Some(Token::Close) => "\")\"".to_owned(),
    };
    TemplateError::Unexpected { found, wanted }
}

//! Quoted texts and heredocs with interpolations and directives.

use super::evaluator::{Evaluated, Evaluator};
use super::scope::Scope;
use super::span_of;
use crate::hcl::convert::convert;
use crate::hcl::fault::Fault;
use crate::hcl::limits::VALUE_WEIGHT_MAX;
use crate::hcl::source::start_of;
use crate::hcl::tokens::{Token, heredoc_tokens, quoted_tokens};
use crate::hcl::types::Type;
use crate::hcl::value::Value;
use hcl_edit::expr::Expression;
use hcl_edit::template::{HeredocTemplate, StringTemplate};

impl Evaluator<'_> {
    pub(super) fn quoted(&self, template: &StringTemplate, scope: &Scope<'_>) -> Evaluated {
        self.tokens(&quoted_tokens(template), scope)
    }

    pub(super) fn heredoc(
        &self,
        expr: &Expression,
        heredoc: &HeredocTemplate,
        scope: &Scope<'_>,
    ) -> Evaluated {
        let indented = self.source.slice(&span_of(expr)).starts_with("<<-");
        self.tokens(&heredoc_tokens(self.source, heredoc, indented), scope)
    }

    fn tokens(&self, tokens: &[Token<'_>], scope: &Scope<'_>) -> Evaluated {
        // One interpolation alone keeps the type of its value.
        if let [Token::Value(only)] = tokens {
            return self.evaluate(only, scope);
        }
        let mut text = String::new();
        self.render(tokens, scope, &mut text)?;
        self.spend(text.len() as u64 / 16);
        Ok(Value::from(text))
    }

    /// Appends the text of balanced tokens.
    fn render(
        &self,
        tokens: &[Token<'_>],
        scope: &Scope<'_>,
        out: &mut String,
    ) -> Result<(), Box<Fault>> {
        let mut rest = tokens;
        while let Some((token, after)) = rest.split_first() {
            rest = match token {
                Token::Literal(text) => {
                    out.push_str(text);
                    after
                }
                Token::Value(expr) => {
                    self.render_value(expr, scope, out)?;
                    after
                }
                Token::If(condition) => {
                    let (then, otherwise, after) = split_if(after);
                    let chosen = if self.condition(condition, scope)? {
                        then
                    } else {
                        otherwise
                    };
                    self.render(chosen, scope, out)?;
                    after
                }
                Token::For {
                    key,
                    value,
                    collection,
                } => {
                    let (body, after) = split_for(after);
                    let elements = self.iterate(collection, scope)?;
                    for (index, element) in elements {
                        let mut inner = scope.inner().with(value, element);
                        if let Some(key) = key {
                            inner.set(key, index);
                        }
                        self.render(body, &inner, out)?;
                    }
                    after
                }
                Token::Else | Token::EndIf | Token::EndFor => after,
            };
        }
        Ok(())
    }

    fn render_value(
        &self,
        expr: &Expression,
        scope: &Scope<'_>,
        out: &mut String,
    ) -> Result<(), Box<Fault>> {
        let value = self.evaluate(expr, scope)?;
        if value.is_null() {
            return Err(Fault::new(span_of(expr), "null inside a text")
                .detail("the value of the interpolation is null"));
        }
        let text = convert(&value, &Type::String).map_err(|error| {
            let start = start_of(expr);
            Fault::new(
                start..span_of(expr).end.max(start),
                "not usable inside a text",
            )
            .detail(error.to_string())
            .maybe_hint(join_hint(&value))
        })?;
        out.push_str(text.as_text().unwrap_or(""));
        if out.len() as u64 > VALUE_WEIGHT_MAX {
            return Err(Fault::new(span_of(expr), "text too large"));
        }
        Ok(())
    }
}

fn join_hint(value: &Value) -> Option<String> {
    value
        .as_items()
        .map(|_| "join a list to a text with join(\", \", list)".to_owned())
}

/// The tokens up to the matching `else`, up to the matching `endif`, and after it.
fn split_if<'t, 'a>(
    tokens: &'t [Token<'a>],
) -> (&'t [Token<'a>], &'t [Token<'a>], &'t [Token<'a>]) {
    let mut depth = 0_usize;
    let mut middle = None;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::If(_) => depth += 1,
            Token::Else if depth == 0 => middle = Some(at),
            Token::EndIf if depth == 0 => {
                let (inside, after) = tokens.split_at(at);
                let (then, otherwise) = inside.split_at(middle.unwrap_or(at));
                return (then, otherwise, after);
            }
            Token::EndIf => depth -= 1,
            _ => {}
        }
    }
    (tokens, &[], &[])
}

/// The tokens up to the matching `endfor`, and after it.
fn split_for<'t, 'a>(tokens: &'t [Token<'a>]) -> (&'t [Token<'a>], &'t [Token<'a>]) {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::For { .. } => depth += 1,
            Token::EndFor if depth == 0 => return tokens.split_at(at),
            Token::EndFor => depth -= 1,
            _ => {}
        }
    }
    (tokens, &[])
}

//! Templates as a flat stream of tokens: literals (in heredocs one per line), interpolations and
//! the marks of directives. Indentation and strip marks work on this stream, so that they reach
//! exactly as far as in the original: to the end of one line.

use super::source::Source;
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::template::{
    Directive, Element, ForDirective, HeredocTemplate, IfDirective, StringTemplate, Strip,
};

/// One part of a template.
#[derive(Debug)]
pub(super) enum Token<'a> {
    /// Text as it is.
    Literal(String),
    /// `${ expression }`.
    Value(&'a Expression),
    /// `%{ if expression }`.
    If(&'a Expression),
    /// `%{ else }`.
    Else,
    /// `%{ endif }`.
    EndIf,
    /// `%{ for key, value in expression }`.
    For {
        key: Option<&'a str>,
        value: &'a str,
        collection: &'a Expression,
    },
    /// `%{ endfor }`.
    EndFor,
}

/// A token with its strip marks.
struct Marked<'a> {
    token: Token<'a>,
    strip: Strip,
}

/// The tokens of a quoted text.
pub(super) fn quoted_tokens(template: &StringTemplate) -> Vec<Token<'_>> {
    let mut stream = Vec::new();
    push_all(&mut stream, template.iter(), None);
    stripped(stream)
}

/// The tokens of a heredoc, without the common indentation where it is of the `<<-` kind.
pub(super) fn heredoc_tokens<'a>(
    source: &Source,
    heredoc: &'a HeredocTemplate,
    indented: bool,
) -> Vec<Token<'a>> {
    let mut stream = Vec::new();
    push_all(&mut stream, heredoc.template.iter(), Some(source));
    if indented {
        dedent(&mut stream);
    }
    stripped(stream)
}

fn push_all<'a>(
    stream: &mut Vec<Marked<'a>>,
    elements: impl Iterator<Item = &'a Element>,
    heredoc: Option<&Source>,
) {
    for element in elements {
        match element {
            Element::Literal(literal) => match (heredoc, literal.span()) {
                (Some(source), Some(span)) => {
                    let lines = source.slice(&span).split_inclusive('\n');
                    stream.extend(lines.map(|line| plain(Token::Literal(unescaped(line)))));
                }
                _ => stream.push(plain(Token::Literal(literal.value().clone()))),
            },
            Element::Interpolation(value) => {
                stream.push(Marked {
                    token: Token::Value(&value.expr),
                    strip: value.strip,
                });
            }
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(one) => push_if(stream, one, heredoc),
                Directive::For(one) => push_for(stream, one, heredoc),
            },
        }
    }
}

fn push_if<'a>(stream: &mut Vec<Marked<'a>>, one: &'a IfDirective, heredoc: Option<&Source>) {
    let opening = &one.if_expr;
    stream.push(Marked {
        token: Token::If(&opening.cond_expr),
        strip: opening.strip,
    });
    push_all(stream, opening.template.iter(), heredoc);
    if let Some(otherwise) = &one.else_expr {
        stream.push(Marked {
            token: Token::Else,
            strip: otherwise.strip,
        });
        push_all(stream, otherwise.template.iter(), heredoc);
    }
    stream.push(Marked {
        token: Token::EndIf,
        strip: one.endif_expr.strip,
    });
}

fn push_for<'a>(stream: &mut Vec<Marked<'a>>, one: &'a ForDirective, heredoc: Option<&Source>) {
    let opening = &one.for_expr;
    let token = Token::For {
        key: opening.key_var.as_ref().map(|name| name.as_str()),
        value: opening.value_var.as_str(),
        collection: &opening.collection_expr,
    };
    stream.push(Marked {
        token,
        strip: opening.strip,
    });
    push_all(stream, opening.template.iter(), heredoc);
    stream.push(Marked {
        token: Token::EndFor,
        strip: one.endfor_expr.strip,
    });
}

fn plain(token: Token<'_>) -> Marked<'_> {
    Marked {
        token,
        strip: Strip::None,
    }
}

/// Heredocs know two escapes only.
fn unescaped(line: &str) -> String {
    line.replace("$${", "${").replace("%%{", "%{")
}

/// Takes the smallest indentation of all lines that are not blank from each line.
fn dedent(stream: &mut [Marked<'_>]) {
    let mut smallest = usize::MAX;
    for_each_line_start(stream, &mut |token| match token {
        Token::Literal(line) if line.ends_with('\n') && line.trim().is_empty() => {}
        Token::Literal(line) => smallest = smallest.min(indentation(line)),
        _ => smallest = 0,
    });
    for_each_line_start(stream, &mut |token| {
        if let Token::Literal(line) = token {
            let drop = indentation(line).min(smallest);
            line.drain(..drop);
        }
    });
}

/// Bytes of blanks and tabs at the beginning.
fn indentation(line: &str) -> usize {
    line.bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

fn for_each_line_start(stream: &mut [Marked<'_>], visit: &mut dyn FnMut(&mut Token<'_>)) {
    let mut at_start = true;
    for marked in stream {
        if at_start {
            visit(&mut marked.token);
        }
        at_start = matches!(&marked.token, Token::Literal(line) if line.ends_with('\n'));
    }
}

/// Applies the strip marks to the literals beside them.
fn stripped(stream: Vec<Marked<'_>>) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::with_capacity(stream.len());
    let mut strip_next = false;
    for Marked { token, strip } in stream {
        if strip.strip_start()
            && let Some(Token::Literal(before)) = tokens.last_mut()
        {
            before.truncate(before.trim_end().len());
        }
        tokens.push(match token {
            Token::Literal(text) if strip_next => Token::Literal(text.trim_start().to_owned()),
            other => other,
        });
        strip_next = strip.strip_end();
    }
    tokens
}

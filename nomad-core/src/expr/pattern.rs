//! Regular expressions in the dialect of the original (RE2).

use regex::Regex;

/// Longest accepted program of a compiled pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Compiles a pattern; none when it is not one. The search is unanchored.
///
/// RE2 differs in two ways that matter: its classes such as `\d` hold ASCII only, and brackets
/// inside a class stand for themselves.
#[must_use]
pub fn compile(pattern: &str) -> Option<Regex> {
    regex::RegexBuilder::new(&translate(pattern)).size_limit(PATTERN_BYTES_MAX).build().ok()
}

fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    let mut class_starts = false;
    while let Some(c) = chars.next() {
        let starts = std::mem::take(&mut class_starts);
        match c {
            '\\' => match chars.next() {
                Some('Q') => quote(&mut chars, &mut out),
                Some(next) => out.push_str(&escape(next, in_class)),
                None => out.push('\\'),
            },
            '[' if in_class && chars.peek() == Some(&':') => out.push('['),
            '[' if in_class => out.push_str("\\["),
            '[' => {
                out.push('[');
                (in_class, class_starts) = (true, true);
            }
            '^' if in_class && starts => {
                out.push('^');
                class_starts = true;
            }
            ']' if in_class && starts => out.push_str("\\]"),
            ']' if in_class => {
                let closes_name = out.ends_with(':') && out.contains("[:");
                out.push(']');
                in_class = closes_name;
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn escape(next: char, in_class: bool) -> String {
    let inside = match next {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => r"\t\n\f\r ",
        'D' => return "[^0-9]".to_owned(),
        'W' => return "[^0-9A-Za-z_]".to_owned(),
        'S' => return r"[^\t\n\f\r ]".to_owned(),
        'b' if !in_class => return r"(?-u:\b)".to_owned(),
        'B' if !in_class => return r"(?-u:\B)".to_owned(),
        _ => return format!("\\{next}"),
    };
    if in_class { inside.to_owned() } else { format!("[{inside}]") }
}

/// `\Q...\E`: the text itself.
fn quote(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut text = String::new();
    for c in chars.by_ref() {
        text.push(c);
        if text.ends_with("\\E") {
            text.truncate(text.len() - 2);
            break;
        }
    }
    out.push_str(&regex::escape(&text));
}

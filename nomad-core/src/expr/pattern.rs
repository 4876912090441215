//! Regular expressions in the dialect of the original (RE2).

use regex::Regex;

/// Largest accepted program of a compiled pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Compiles a pattern; none when it is not one. The search is unanchored.
///
/// RE2 differs in ways that matter: its classes such as `\d` hold ASCII only, brackets inside a
/// class stand for themselves, a lone `{` too, and repetitions do not stack.
#[must_use]
pub fn compile(pattern: &str) -> Option<Regex> {
    let translated = Translation::new(pattern).run()?;
    regex::RegexBuilder::new(&translated)
        .size_limit(PATTERN_BYTES_MAX)
        .build()
        .ok()
}

struct Translation<'p> {
    rest: &'p str,
    out: String,
    in_class: bool,
    class_starts: bool,
    repeats: bool,
}

impl<'p> Translation<'p> {
    fn new(pattern: &'p str) -> Self {
        let (in_class, class_starts, repeats) = (false, false, false);
        let out = String::with_capacity(pattern.len());
        Self {
            rest: pattern,
            out,
            in_class,
            class_starts,
            repeats,
        }
    }

    fn run(mut self) -> Option<String> {
        while let Some(c) = self.rest.chars().next() {
            let before = self.rest;
            self.rest = before.strip_prefix(c).unwrap_or_default();
            match (self.in_class, c) {
                (_, '\\') => self.escape(),
                (true, _) => self.inside(c),
                (false, '*' | '+' | '?') => self.repeat(c.encode_utf8(&mut [0; 4]))?,
                (false, '{') => match repetition(before) {
                    Some(length) => {
                        let (text, rest) = before.split_at_checked(length)?;
                        self.rest = rest;
                        self.repeat(text)?;
                    }
                    None => self.plain("\\{"),
                },
                (false, '[') => {
                    self.plain("[");
                    (self.in_class, self.class_starts) = (true, true);
                }
                (false, _) => {
                    self.repeats = false;
                    self.out.push(c);
                }
            }
        }
        Some(self.out)
    }

    fn plain(&mut self, text: &str) {
        self.repeats = false;
        self.out.push_str(text);
    }

    /// A repetition; none when it repeats a repetition.
    fn repeat(&mut self, text: &str) -> Option<()> {
        if self.repeats {
            return None;
        }
        self.out.push_str(text);
        if let Some(rest) = self.rest.strip_prefix('?') {
            self.out.push('?');
            self.rest = rest;
        }
        self.repeats = true;
        Some(())
    }

    fn inside(&mut self, c: char) {
        let starts = std::mem::take(&mut self.class_starts);
        match c {
            '[' => match self
                .rest
                .strip_prefix(':')
                .and_then(|rest| rest.split_once(":]"))
            {
                Some((name, rest)) => {
                    self.out.push_str(&format!("[:{name}:]"));
                    self.rest = rest;
                }
                None => self.out.push_str("\\["),
            },
            '^' if starts => {
                self.out.push('^');
                self.class_starts = true;
            }
            ']' if starts => self.out.push_str("\\]"),
            ']' => {
                self.out.push(']');
                (self.in_class, self.repeats) = (false, false);
            }
            '&' | '~' => {
                self.out.push('\\');
                self.out.push(c);
            }
            _ => self.out.push(c),
        }
    }

    fn escape(&mut self) {
        (self.class_starts, self.repeats) = (false, false);
        let Some(next) = self.rest.chars().next() else {
            return self.out.push('\\');
        };
        self.rest = self.rest.strip_prefix(next).unwrap_or_default();
        if next == 'Q' {
            let (text, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
            self.out.push_str(&regex::escape(text));
            self.rest = rest;
            return;
        }
        self.out.push_str(&ascii_class(next, self.in_class));
        if matches!(next, 'p' | 'P' | 'x') && self.rest.starts_with('{') {
            let end = self.rest.find('}').map_or(0, |at| at + 1);
            if let Some((name, rest)) = self.rest.split_at_checked(end) {
                self.out.push_str(name);
                self.rest = rest;
            }
        }
    }
}

/// The text between brackets for a class, or the escape as it is.
fn ascii_class(next: char, in_class: bool) -> String {
    let inside = match next {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => r"\t\n\f\r ",
        'D' => return "[^0-9]".to_owned(),
        'W' => return "[^0-9A-Za-z_]".to_owned(),
        'S' => return r"[^\t\n\f\r ]".to_owned(),
        'b' | 'B' if !in_class => return format!("(?-u:\\{next})"),
        _ => return format!("\\{next}"),
    };
    if in_class {
        inside.to_owned()
    } else {
        format!("[{inside}]")
    }
}

/// Length of the `{n}`, `{n,}` or `{n,m}` that `text` starts with.
fn repetition(text: &str) -> Option<usize> {
    let (inside, _) = text.strip_prefix('{')?.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    (!least.is_empty() && is_number(least) && is_number(most)).then_some(inside.len() + 2)
}

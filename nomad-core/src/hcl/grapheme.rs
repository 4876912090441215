//! Characters as a reader counts them: a base with its combining marks, an emoji sequence, a
//! flag or CR LF count once (the frequent part of Unicode's rules for grapheme clusters).

use regex::Regex;
use std::sync::OnceLock;

const PATTERN: &str = concat!(
    r"\r\n",
    r"|\p{RI}\p{RI}",
    // Syllables of Hangul that are written in parts.
    r"|[\u{1100}-\u{115F}]+[\u{1160}-\u{11A7}]*[\u{11A8}-\u{11FF}]*",
    r"|(?s:.)(?:[\p{M}\u{200C}\u{1F3FB}-\u{1F3FF}]|\u{200D}\p{ExtPict}|\u{200D})*",
);

fn clusters() -> Option<&'static Regex> {
    static CLUSTERS: OnceLock<Option<Regex>> = OnceLock::new();
    CLUSTERS.get_or_init(|| Regex::new(PATTERN).ok()).as_ref()
}

/// The clusters of a text, in order.
pub(super) fn split(text: &str) -> Vec<&str> {
    if text.is_ascii() && !text.contains('\r') {
        return text.split_inclusive(|_: char| true).collect();
    }
    match clusters() {
        Some(pattern) => pattern
            .find_iter(text)
            .map(|found| found.as_str())
            .collect(),
        None => text.split_inclusive(|_: char| true).collect(),
    }
}

/// The first clusters of a text.
pub(super) fn prefix(text: &str, count: usize) -> &str {
    let end = match clusters() {
        Some(pattern) if !text.is_ascii() => pattern
            .find_iter(text)
            .take(count)
            .last()
            .map_or(0, |found| found.end()),
        _ => count.min(text.len()),
    };
    text.get(..end).unwrap_or(text)
}

/// The number of clusters of a text.
pub(super) fn count(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') {
        text.len()
    } else {
        split(text).len()
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn combined_characters_count_once() {
        for (text, clusters) in [
            ("abc", 3),
            ("héllo", 5),
            ("e\u{301}", 1),
            ("日本", 2),
            ("👍🏽", 1),
            ("👨\u{200d}👩\u{200d}👧", 1),
            ("🇩🇪🇫🇷", 2),
            ("a\r\nb", 3),
            ("", 0),
        ] {
            assert_eq!(count(text), clusters, "{text:?}");
        }
    }
}

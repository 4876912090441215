//! Keys in quotes, `"driver.allowlist" = "raw_exec"`, which the older language has and the parser
//! has not: each is replaced by an identifier of the same length, so that places stay true.

/// Marks the identifiers put in; two more characters make each one its own.
const MARK: char = 'q';
/// Keys in quotes that a file may have.
const QUOTED_MAX: usize = 36 * 36;

/// The text with identifiers instead of keys in quotes.
pub(super) fn without_quoted_keys(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut count = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let (blank, rest) = line.split_at(indent);
        out.push_str(blank);
        match key_of(rest).filter(|_| count < QUOTED_MAX) {
            Some((key, after)) => {
                out.push_str(&stand_in(count, key.len()));
                out.push_str(after);
                count += 1;
            }
            None => out.push_str(rest),
        }
    }
    out
}

/// The key in quotes that a line begins with, quotes included, and the rest from `=` on.
fn key_of(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix('"')?;
    let length = inner.find('"').filter(|length| *length > 0)?;
    let (key, after) = line.split_at(length + 2);
    let value = after.trim_start_matches([' ', '\t']).strip_prefix('=')?;
    (!value.starts_with(['=', '>'])).then_some((key, after))
}

fn stand_in(count: usize, length: usize) -> String {
    let digit = |number: usize| {
        u32::try_from(number % 36)
            .ok()
            .and_then(|number| char::from_digit(number, 36))
            .unwrap_or('0')
    };
    let mut name = String::from(MARK);
    name.push(digit(count / 36));
    name.push(digit(count));
    while name.len() < length {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::without_quoted_keys;

    #[test]
    fn only_keys_are_replaced_and_nothing_moves() {
        let text =
            "meta {\n  \"a.b\" = \"x\"\n  \"c\"=1\n}\nplugin \"docker\" {}\nlist = [\n \"a\",\n]\n";
        let plain = without_quoted_keys(text);
        assert_eq!(plain.len(), text.len());
        assert!(plain.contains("  q00__ = \"x\"\n  q01=1\n"), "{plain}");
        assert!(plain.ends_with("plugin \"docker\" {}\nlist = [\n \"a\",\n]\n"));
    }
}

//! Key-value blocks with aligned equal signs (spec/api-cli 3.1).

use super::or_none;

/// `Key = value` lines. No final newline.
pub(crate) fn pairs<K: AsRef<str>>(rows: &[(K, String)]) -> String {
    let width = rows
        .iter()
        .map(|(key, _)| key.as_ref().chars().count())
        .max()
        .unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|(key, value)| format!("{:width$} = {}", key.as_ref(), or_none(value)))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_signs_stand_below_each_other() {
        let text = pairs(&[("ID", "x".to_owned()), ("Status", String::new())]);
        assert_eq!(text, "ID     = x\nStatus = <none>");
    }
}

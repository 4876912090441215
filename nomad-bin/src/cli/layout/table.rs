//! Columns two blanks apart, without trailing blanks, empty cells as `<none>` (spec/api-cli 3.1).

/// The text of an empty cell.
pub(crate) const NONE: &str = "<none>";

/// The text, or [`NONE`].
pub(crate) fn or_none(text: &str) -> &str {
    if text.is_empty() { NONE } else { text }
}

/// A table: a header and rows of as many cells. No final newline.
pub(crate) fn table<H: AsRef<str>>(header: &[H], rows: &[Vec<String>]) -> String {
    let header: Vec<&str> = header.iter().map(AsRef::as_ref).collect();
    let lines: Vec<Vec<&str>> = std::iter::once(header)
        .chain(
            rows.iter()
                .map(|row| row.iter().map(|cell| or_none(cell)).collect()),
        )
        .collect();
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            lines
                .iter()
                .map(|line| width(line, column))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let lines: Vec<String> = lines.iter().map(|line| one_line(line, &widths)).collect();
    lines.join("\n")
}

fn width(line: &[&str], column: usize) -> usize {
    line.get(column).map_or(0, |cell| cell.chars().count())
}

fn one_line(cells: &[&str], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_lines_end_at_their_last_word() {
        let rows = vec![
            vec!["a".into(), "long cell".into(), "x".into()],
            vec!["bcd".into(), String::new(), "é".into()],
        ];
        let text = table(&["ID", "Node Pool", "S"], &rows);
        assert_eq!(
            text,
            "ID   Node Pool  S\na    long cell  x\nbcd  <none>     é"
        );
    }
}

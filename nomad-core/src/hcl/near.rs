//! Suggestions for misspelt names.

/// The name closest to `given`, as a hint for people, where one is close enough to be meant.
///
/// ```
/// let hint = nomad_core::hcl::did_you_mean("coun", ["count", "task"]);
/// assert_eq!(hint.as_deref(), Some("did you mean \"count\"?"));
/// ```
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted = plain(given);
    // A third of the letters may differ, and one letter of very short names.
    let allowed = (wanted.len() / 3).max(1);
    known
        .into_iter()
        .map(|name| (distance(&wanted, &plain(name)), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| format!("did you mean \"{name}\"?"))
}

/// Letters in lower case, dashes as underscores: these differences count for nothing.
fn plain(name: &str) -> Vec<char> {
    name.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == '-' { '_' } else { c })
        .take(64)
        .collect()
}

/// Edits (insert, remove, replace, swap of neighbors) from one name to the other.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let cell = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let replaced = cell(&last, column) + usize::from(a != b);
            let mut best = replaced
                .min(cell(&last, column + 1) + 1)
                .min(cell(&current, column) + 1);
            let swapped = row > 0
                && column > 0
                && left.get(row - 1) == Some(b)
                && right.get(column - 1) == Some(a);
            if swapped {
                best = best.min(cell(&before_last, column - 1) + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["count", "constraint", "node_pool", "task"];
        assert_eq!(
            did_you_mean("coutn", known).unwrap(),
            "did you mean \"count\"?"
        );
        assert_eq!(
            did_you_mean("node-pool", known).unwrap(),
            "did you mean \"node_pool\"?"
        );
        assert_eq!(did_you_mean("zz_no_such", known), None);
    }
}

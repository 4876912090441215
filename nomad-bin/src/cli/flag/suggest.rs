//! "Did you mean": the most similar of some names.

/// The name nearest to `typed`, if it is near enough to be a slip of the finger.
pub(crate) fn nearest<'a>(
    typed: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = (typed.chars().count() / 3).clamp(1, 3);
    names
        .into_iter()
        .map(|name| (distance(typed, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap of neighbors) that turn one word into the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, j) + usize::from(x != *y))
                .min(at(&last, j + 1) + 1)
                .min(at(&row, j) + 1);
            let before = j.checked_sub(1).and_then(|k| Some((k, *b.get(k)?)));
            if let (Some(p), Some((k, q))) = (previous, before)
                && p == *y
                && q == x
            {
                best = best.min(at(&before_last, k) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
        previous = Some(x);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let names = ["status", "stop", "run", "validate"];
        assert_eq!(nearest("statsu", names), Some("status"));
        assert_eq!(nearest("validte", names), Some("validate"));
        assert_eq!(nearest("rn", names), Some("run"));
        assert_eq!(nearest("nosuchcommand", names), None);
    }
}

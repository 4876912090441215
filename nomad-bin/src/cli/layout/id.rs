//! Ids, cut for people.

/// Characters of an id that are shown unless full ids are asked for.
const SHORT: usize = 8;

/// The first eight characters.
pub(crate) fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

/// The id, whole if `verbose`.
pub(crate) fn shorten(id: &str, verbose: bool) -> &str {
    if verbose { id } else { short(id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cut_to_eight_and_shorter_ones_stay() {
        assert_eq!(short("0123456789"), "01234567");
        assert_eq!(short("abc"), "abc");
        assert_eq!(shorten("0123456789", true), "0123456789");
    }
}

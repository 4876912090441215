//! The last lines or bytes of an output that comes in pieces.

/// Bytes that are looked back per line that is wanted (the reference's measure).
pub(crate) const BYTES_PER_LINE: u64 = 120;
/// Lines that are shown if no number is given.
const LINES: u64 = 10;

/// How much of the end is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// So many lines.
    Lines(u64),
    /// So many bytes.
    Bytes(u64),
}

impl Tail {
    /// From `-n` and `-c`; bytes win. Signs are ignored, as in `-n -50`.
    pub(crate) fn of(lines: Option<i64>, bytes: Option<i64>) -> Self {
        match (lines, bytes) {
            (_, Some(bytes)) => Self::Bytes(bytes.unsigned_abs()),
            (Some(lines), None) => Self::Lines(lines.unsigned_abs()),
            (None, None) => Self::Lines(LINES),
        }
    }

    /// How far to look back from the end.
    pub(crate) fn window(self) -> u64 {
        match self {
            Self::Lines(lines) => lines.saturating_mul(BYTES_PER_LINE),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// The wanted part of what was found in the window.
    pub(crate) fn cut(self, found: &[u8]) -> &[u8] {
        let Self::Lines(lines) = self else {
            return found;
        };
        let Ok(lines) = usize::try_from(lines) else {
            return found;
        };
        if lines == 0 {
            return &[];
        }
        let body = found.strip_suffix(b"\n").unwrap_or(found);
        let mut breaks = body
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, byte)| **byte == b'\n');
        let start = breaks.nth(lines - 1).map_or(0, |(at, _)| at + 1);
        found.get(start..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_cut_out() {
        let text = b"one\ntwo\nthree\n";
        assert_eq!(Tail::Lines(2).cut(text), b"two\nthree\n");
        assert_eq!(Tail::Lines(9).cut(text), text);
        assert_eq!(Tail::Lines(1).cut(b"one\ntwo"), b"two");
        assert_eq!(Tail::Lines(0).cut(text), b"");
        assert_eq!(Tail::Bytes(4).cut(b"ree\n"), b"ree\n");
    }

    #[test]
    fn bytes_win_over_lines_and_ten_lines_are_the_default() {
        assert_eq!(Tail::of(None, None), Tail::Lines(10));
        assert_eq!(Tail::of(Some(-50), None), Tail::Lines(50));
        assert_eq!(Tail::of(Some(5), Some(3)), Tail::Bytes(3));
        assert_eq!(Tail::Lines(10).window(), 1_200);
    }
}

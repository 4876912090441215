//! Sets of small numbers as the kernel writes them: `0-3,8`.

/// Most numbers in one set.
const NUMBERS_MAX: usize = 8_192;

/// Reads a set; parts that are no numbers are left out.
pub(super) fn parse(text: &str) -> Vec<u16> {
    let mut numbers = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>()) {
            numbers.extend((first..=last).take(NUMBERS_MAX.saturating_sub(numbers.len())));
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_single_numbers_are_read() {
        assert_eq!(parse("0-2,8"), [0, 1, 2, 8]);
        assert_eq!(parse(""), [] as [u16; 0]);
        assert_eq!(parse("x,3-1,5"), [5]);
        assert_eq!(parse("0-65535").len(), NUMBERS_MAX);
    }
}

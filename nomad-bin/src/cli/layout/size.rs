//! Sizes in powers of 1024.

const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// `6.3 MiB`, `300 MiB`, `0 B`: two significant digits below ten, whole numbers above.
pub(crate) fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1_024.0 && unit + 1 < UNITS.len() {
        value /= 1_024.0;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or("B");
    let rounded = (value * 10.0).round() / 10.0;
    if unit > 0 && rounded < 10.0 {
        format!("{rounded:.1} {name}")
    } else {
        format!("{value:.0} {name}")
    }
}

/// A size that the API gives in mebibytes.
pub(crate) fn mebibytes(mebibytes: i64) -> String {
    bytes(
        u64::try_from(mebibytes)
            .unwrap_or(0)
            .saturating_mul(1 << 20),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_for_people() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(6_606_028), "6.3 MiB");
        assert_eq!(mebibytes(300), "300 MiB");
        assert_eq!(mebibytes(1_024), "1.0 GiB");
        assert_eq!(mebibytes(0), "0 B");
    }
}

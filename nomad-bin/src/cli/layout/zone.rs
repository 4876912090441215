//! The zone in which times are shown: `TZ`, else the machine's zone file, else UTC.
//!
//! Zone files are read here (RFC 8536) because the C library's way needs `unsafe`, which this crate denies.

use std::path::{Path, PathBuf};

use super::rule::Rule;

/// Largest zone file that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Offsets from UTC over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Zone {
    /// (from this second on, seconds east of UTC), ascending.
    changes: Vec<(i64, i64)>,
    /// Before the first change.
    first: i64,
    /// After the last change.
    rule: Option<Rule>,
}

impl Zone {
    /// UTC.
    pub(crate) fn utc() -> Self {
        Self::default()
    }

    /// One offset for ever.
    #[cfg(test)]
    pub(crate) fn fixed(offset: i64) -> Self {
        Self {
            first: offset,
            ..Self::default()
        }
    }

    /// The zone of this process.
    pub(crate) fn local() -> Self {
        let path = match std::env::var("TZ") {
            Err(_) => PathBuf::from("/etc/localtime"),
            Ok(name) => {
                let name = name.trim_start_matches(':');
                if name.is_empty() || name == "UTC" {
                    return Self::utc();
                }
                // An absolute name stays as it is.
                Path::new("/usr/share/zoneinfo").join(name)
            }
        };
        let small = std::fs::metadata(&path).is_ok_and(|meta| meta.len() <= FILE_BYTES_MAX);
        let bytes = if small {
            std::fs::read(&path).ok()
        } else {
            None
        };
        bytes
            .and_then(|bytes| Self::parse(&bytes))
            .unwrap_or_default()
    }

    /// Seconds east of UTC at a time.
    pub(crate) fn offset_at(&self, seconds: i64) -> i64 {
        let after = self.changes.partition_point(|(from, _)| *from <= seconds);
        match &self.rule {
            Some(rule) if after == self.changes.len() => rule.offset_at(seconds),
            _ => after
                .checked_sub(1)
                .and_then(|at| self.changes.get(at))
                .map_or(self.first, |(_, offset)| *offset),
        }
    }

    /// Reads a zone file of version 2 or later.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let counts = Counts::read(bytes)?;
        let second = bytes.get(44 + counts.body(4)..)?;
        let counts = Counts::read(second)?;
        let body = second.get(44..)?;
        let (times, rest) = body.split_at_checked(counts.times * 8)?;
        let (kinds, rest) = rest.split_at_checked(counts.times)?;
        let types = rest.get(..counts.types * 6)?;
        let offset = |kind: usize| {
            let four: [u8; 4] = types.get(kind * 6..kind * 6 + 4)?.try_into().ok()?;
            Some(i64::from(i32::from_be_bytes(four)))
        };
        let changes = times
            .chunks_exact(8)
            .zip(kinds)
            .map(|(time, kind)| {
                let eight: [u8; 8] = time.try_into().ok()?;
                Some((i64::from_be_bytes(eight), offset(usize::from(*kind))?))
            })
            .collect::<Option<Vec<_>>>()?;
        let footer = second.get(44 + counts.body(8)..)?;
        let footer = std::str::from_utf8(footer).ok()?.trim_matches('\n');
        Some(Self {
            changes,
            first: offset(0)?,
            rule: Rule::parse(footer),
        })
    }
}

/// The counts in the header of a zone file.
struct Counts {
    utc: usize,
    wall: usize,
    leap: usize,
    times: usize,
    types: usize,
    letters: usize,
}

impl Counts {
    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.get(..4)? != b"TZif" {
            return None;
        }
        let count = |at: usize| {
            let four: [u8; 4] = bytes.get(20 + at * 4..24 + at * 4)?.try_into().ok()?;
            usize::try_from(u32::from_be_bytes(four))
                .ok()
                .filter(|n| *n <= 100_000)
        };
        Some(Self {
            utc: count(0)?,
            wall: count(1)?,
            leap: count(2)?,
            times: count(3)?,
            types: count(4)?,
            letters: count(5)?,
        })
    }

    /// Bytes after the header, with times of a width.
    fn body(&self, width: usize) -> usize {
        self.times * (width + 1)
            + self.types * 6
            + self.letters
            + self.leap * (width + 4)
            + self.wall
            + self.utc
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A version 2 file with one change, at 1000 from +0 to +3600, and a rule.
    fn file(footer: &str) -> Vec<u8> {
        let header = |times: u32, types: u32| {
            let mut bytes = b"TZif2".to_vec();
            bytes.extend([0; 15]);
            for count in [0, 0, 0, times, types, 4] {
                bytes.extend(u32::to_be_bytes(count));
            }
            bytes
        };
        let mut bytes = header(0, 1);
        bytes.extend([0; 10]);
        bytes.extend(header(1, 2));
        bytes.extend(1_000_i64.to_be_bytes());
        bytes.push(1);
        for offset in [0_i32, 3_600] {
            bytes.extend(offset.to_be_bytes());
            bytes.extend([0, 0]);
        }
        bytes.extend(b"UTC\0");
        bytes.extend(format!("\n{footer}\n").bytes());
        bytes
    }

    #[test]
    fn listed_changes_hold_until_the_rule_takes_over() {
        let zone = Zone::parse(&file("")).unwrap();
        assert_eq!((zone.offset_at(999), zone.offset_at(1_000)), (0, 3_600));
        let zone = Zone::parse(&file("XXX-2")).unwrap();
        assert_eq!((zone.offset_at(999), zone.offset_at(1_000)), (0, 7_200));
    }

    #[test]
    fn a_broken_file_is_no_zone() {
        assert_eq!(Zone::parse(b"TZif"), None);
        let whole = file("XXX-2");
        for end in 0..whole.len() - 7 {
            let _ = Zone::parse(&whole[..end]);
        }
    }
}

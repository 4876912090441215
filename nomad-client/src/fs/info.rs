//! Metadata of one file, in the shape of the public JSON (spec/client 30.3).

use rustix::fs::{FileType, RawMode, Stat};
use serde::{Deserialize, Serialize};

/// One file or directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FileInfo {
    /// Name without the path.
    pub name: String,
    /// Whether it is a directory.
    pub is_dir: bool,
    /// Size in bytes.
    pub size: i64,
    /// Type and permissions in Go's manner: `-rw-r--r--`, `dtrwxrwxrwx`, `Srw-rw-rw-`.
    pub file_mode: String,
    /// Last change, RFC 3339 in UTC with nanoseconds.
    pub mod_time: String,
    /// Only of a single regular file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content_type: String,
    /// Whether it is a regular file, which the public JSON does not say.
    #[serde(skip)]
    pub is_regular: bool,
}

impl FileInfo {
    /// Shapes what the kernel said about the file `name`.
    pub(super) fn new(name: String, stat: &Stat) -> Self {
        Self {
            name,
            is_dir: FileType::from_raw_mode(stat.st_mode) == FileType::Directory,
            size: stat.st_size,
            file_mode: mode_text(stat.st_mode),
            mod_time: rfc3339(stat.st_mtime, stat.st_mtime_nsec),
            content_type: String::new(),
            is_regular: FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile,
        }
    }
}

/// Go's text of a mode: letters for the type and the special bits, a dash when there are none, then
/// nine permissions.
fn mode_text(mode: RawMode) -> String {
    let mut text = String::with_capacity(12);
    match FileType::from_raw_mode(mode) {
        FileType::Directory => text.push('d'),
        FileType::Symlink => text.push('L'),
        FileType::Fifo => text.push('p'),
        FileType::Socket => text.push('S'),
        FileType::BlockDevice => text.push('D'),
        FileType::CharacterDevice => text.push_str("Dc"),
        _ => {}
    }
    for (bit, letter) in [(0o4000, 'u'), (0o2000, 'g'), (0o1000, 't')] {
        if mode & bit != 0 {
            text.push(letter);
        }
    }
    if text.is_empty() {
        text.push('-');
    }
    for (at, letter) in "rwxrwxrwx".chars().enumerate() {
        text.push(if mode & (0o400 >> at) != 0 {
            letter
        } else {
            '-'
        });
    }
    text
}

/// A Unix time as RFC 3339 in UTC, with nine decimals unless it is a whole second.
fn rfc3339(secs: i64, nanos: impl TryInto<u32>) -> String {
    let (days, rest) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    let fraction = match nanos.try_into().unwrap_or(0) {
        0 => String::new(),
        nanos => format!(".{nanos:09}").trim_end_matches('0').to_owned(),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Year, month and day of a day number counted from 1970-01-01 (proleptic Gregorian calendar; the
/// year is taken to begin in March, so that the leap day is its last).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_written_as_go_writes_them() {
        let cases = [
            (0o100_644, "-rw-r--r--"),
            (0o040_777, "drwxrwxrwx"),
            (0o041_777, "dtrwxrwxrwx"),
            (0o010_600, "prw-------"),
            (0o140_666, "Srw-rw-rw-"),
            (0o120_777, "Lrwxrwxrwx"),
            (0o104_755, "urwxr-xr-x"),
        ];
        for (mode, text) in cases {
            assert_eq!(mode_text(mode), text);
        }
    }

    #[test]
    fn times_are_written_as_rfc_3339() {
        assert_eq!(rfc3339(0, 0u32), "1970-01-01T00:00:00Z");
        assert_eq!(
            rfc3339(951_782_400, 500_000_000u32),
            "2000-02-29T00:00:00.5Z"
        );
        assert_eq!(
            rfc3339(1_795_191_924, 1u32),
            "2026-11-20T16:25:24.000000001Z"
        );
        assert_eq!(rfc3339(-1, 0u32), "1969-12-31T23:59:59Z");
    }
}

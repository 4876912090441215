//! The agent's rules for this driver: who may not run, and what is not passed on.

use std::str::FromStr;

use super::super::StartError;
use crate::executor::Account;

/// Most ranges in one list.
const RANGES_MAX: usize = 1_000;

/// Numbers of users or groups, such as `0-10,100`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdRanges(Vec<(u32, u32)>);

/// A text that is no list of ranges.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the id ranges {text:?}: numbers and ranges such as \"0-10,100\" are needed")]
pub struct IdRangesError {
    text: String,
}

impl IdRanges {
    /// Whether one of the ranges has this number.
    #[must_use]
    pub fn contains(&self, id: u32) -> bool {
        self.0
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&id))
    }
}

impl FromStr for IdRanges {
    type Err = IdRangesError;

    fn from_str(text: &str) -> Result<Self, IdRangesError> {
        let refuse = || IdRangesError {
            text: text.chars().take(128).collect(),
        };
        let mut ranges = Vec::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let first = first.trim().parse().map_err(|_| refuse())?;
            let last = last.trim().parse().map_err(|_| refuse())?;
            if first > last || ranges.len() >= RANGES_MAX {
                return Err(refuse());
            }
            ranges.push((first, last));
        }
        Ok(Self(ranges))
    }
}

/// The plugin's configuration (spec/client 20).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawExecRules {
    /// Whether the driver may be used at all.
    pub enabled: bool,
    /// Users that no task runs as.
    pub denied_host_uids: IdRanges,
    /// Groups that no task runs with.
    pub denied_host_gids: IdRanges,
    /// Patterns of variables that no task gets.
    pub denied_envvars: Vec<String>,
}

impl RawExecRules {
    /// Checks the user that a task would run as.
    pub(super) fn check_account(&self, account: &Account) -> Result<(), StartError> {
        let refuse = |what: &str, id: u32| {
            Err(StartError::Refused {
                reason: format!("running as {what} {id} is disallowed"),
            })
        };
        if self.denied_host_uids.contains(account.uid) {
            return refuse("uid", account.uid);
        }
        let mut gids = std::iter::once(account.gid).chain(account.groups.iter().copied());
        match gids.find(|gid| self.denied_host_gids.contains(*gid)) {
            Some(gid) => refuse("gid", gid),
            None => Ok(()),
        }
    }
}

/// Whether a name fits a pattern in which `*` stands for any text.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else {
        return name.is_empty();
    };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pattern.rsplit('*').next().filter(|_| pattern.contains('*')) else {
        return rest.is_empty();
    };
    let middle: Vec<&str> = parts.collect();
    for part in middle.iter().take(middle.len().saturating_sub(1)) {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_with_both_ends() {
        let ranges: IdRanges = "0-10, 100".parse().unwrap();
        for (id, is_in) in [
            (0, true),
            (10, true),
            (11, false),
            (100, true),
            (101, false),
        ] {
            assert_eq!(ranges.contains(id), is_in, "{id}");
        }
        assert!(!"".parse::<IdRanges>().unwrap().contains(0));
        for text in ["a", "5-1", "1-2-3", "-1", "4294967296"] {
            assert!(text.parse::<IdRanges>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        let cases = [
            ("SECRET_*", "SECRET_KEY", true),
            ("SECRET_*", "SECRET_", true),
            ("SECRET_*", "A_SECRET_KEY", false),
            ("*_KEY", "A_KEY", true),
            ("*_KEY", "A_KEY_B", false),
            ("A*B*C", "A-B-C", true),
            ("A*B*C", "A-C", false),
            ("A*A", "A", false),
            ("HOME", "HOME", true),
            ("HOME", "HOMES", false),
            ("*", "anything", true),
        ];
        for (pattern, name, is_fit) in cases {
            assert_eq!(fits(pattern, name), is_fit, "{pattern} {name}");
        }
    }
}

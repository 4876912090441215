//! Versions and version constraints (spec/scheduler 6.8).

use std::cmp::Ordering;

/// A version: numeric parts, pre-release; build metadata is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// At least three; missing ones are 0.
    parts: Vec<u64>,
    /// How many parts were written.
    written: usize,
    pre_release: String,
}

/// How strictly a pre-release is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Its dash may be missing: `1.2beta`.
    Lenient,
    /// Its dash must be there.
    Strict,
}

fn is_tail(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '~')
}

/// Dot-separated words of letters, digits, `-` and `~`, none empty.
fn is_dotted(text: &str) -> bool {
    text.split('.')
        .all(|word| !word.is_empty() && word.chars().all(is_tail))
}

fn is_pre_release(text: &str) -> bool {
    is_dotted(text)
}

impl Version {
    /// Reads a version; none when it is not one.
    #[must_use]
    pub fn parse(text: &str, reading: Reading) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        if build.is_some_and(|build| !is_dotted(build)) {
            return None;
        }
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = rest.split_at_checked(digits)?;
            parts.push(
                number
                    .parse::<u64>()
                    .ok()
                    .filter(|part| *part <= i64::MAX as u64)?,
            );
            match after.strip_prefix('.') {
                Some(more) if more.starts_with(|c: char| c.is_ascii_digit()) => rest = more,
                _ => {
                    rest = after;
                    break;
                }
            }
        }
        let pre_release = Self::read_pre_release(rest, reading)?;
        let written = parts.len();
        parts.resize(written.max(3), 0);
        Some(Self {
            parts,
            written,
            pre_release: pre_release.to_owned(),
        })
    }

    fn read_pre_release(rest: &str, reading: Reading) -> Option<&str> {
        if rest.is_empty() {
            return Some("");
        }
        let starts_bare = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '~');
        if let Some(after) = rest.strip_prefix('-').filter(|after| is_pre_release(after)) {
            return Some(after);
        }
        let bare = reading == Reading::Lenient && rest.starts_with(starts_bare);
        (bare && is_pre_release(rest)).then_some(rest)
    }

    fn is_pre_release(&self) -> bool {
        !self.pre_release.is_empty()
    }
}

fn compare_words(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    let (l, r) = (left.parse::<i64>().ok(), right.parse::<i64>().ok());
    let shorter = |other_is_number: bool| match other_is_number {
        true => Ordering::Less,
        false => Ordering::Greater,
    };
    match (left.is_empty(), right.is_empty(), l, r) {
        (true, ..) => shorter(r.is_some()),
        (_, true, ..) => shorter(l.is_some()).reverse(),
        (_, _, Some(_), None) => Ordering::Less,
        (_, _, None, Some(_)) => Ordering::Greater,
        (_, _, Some(l), Some(r)) => l.cmp(&r).then(Ordering::Less),
        (_, _, None, None) => left.cmp(right),
    }
}

fn compare_pre_releases(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut l, mut r) = (left.split('.'), right.split('.'));
    loop {
        let (a, b) = (l.next(), r.next());
        if a.is_none() && b.is_none() {
            return Ordering::Equal;
        }
        let order = compare_words(a.unwrap_or(""), b.unwrap_or(""));
        if order != Ordering::Equal {
            return order;
        }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let part = |parts: &[u64], at: usize| parts.get(at).copied().unwrap_or(0);
        (0..self.parts.len().max(other.parts.len()))
            .map(|at| part(&self.parts, at).cmp(&part(&other.parts, at)))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or_else(|| compare_pre_releases(&self.pre_release, &other.pre_release))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Pessimistic,
}

/// A comma-separated list of conditions on a version, all of which must hold.
#[derive(Debug, Clone)]
pub struct Requirement {
    conditions: Vec<(Relation, Version)>,
    reading: Reading,
}

impl Requirement {
    /// Reads a list such as `>= 1.2, < 2`. [`Reading::Lenient`] is the `version` operator,
    /// [`Reading::Strict`] the `semver` operator, which has no `~>`.
    #[must_use]
    pub fn parse(text: &str, reading: Reading) -> Option<Self> {
        let conditions = text
            .split(',')
            .map(|part| Self::condition(part, reading))
            .collect::<Option<_>>()?;
        Some(Self {
            conditions,
            reading,
        })
    }

    fn condition(part: &str, reading: Reading) -> Option<(Relation, Version)> {
        const RELATIONS: [(&str, Relation); 7] = [
            ("!=", Relation::NotEqual),
            (">=", Relation::GreaterOrEqual),
            ("<=", Relation::LessOrEqual),
            ("~>", Relation::Pessimistic),
            ("=", Relation::Equal),
            (">", Relation::Greater),
            ("<", Relation::Less),
        ];
        let part = part.trim();
        let (relation, rest) = RELATIONS
            .iter()
            .find_map(|(sign, relation)| Some((*relation, part.strip_prefix(sign)?)))
            .unwrap_or((Relation::Equal, part));
        if relation == Relation::Pessimistic && reading == Reading::Strict {
            return None;
        }
        Some((relation, Version::parse(rest.trim(), reading)?))
    }

    /// Does the version that `text` names meet every condition?
    #[must_use]
    pub fn is_met_by(&self, text: &str) -> bool {
        let Some(version) = Version::parse(text, Reading::Lenient) else {
            return false;
        };
        self.conditions
            .iter()
            .all(|(relation, wanted)| self.holds(*relation, &version, wanted))
    }

    fn holds(&self, relation: Relation, version: &Version, wanted: &Version) -> bool {
        let order = version.cmp(wanted);
        let comparable = self.reading == Reading::Strict || comparable(version, wanted);
        match relation {
            Relation::Equal => order == Ordering::Equal,
            Relation::NotEqual => order != Ordering::Equal,
            Relation::Greater => comparable && order == Ordering::Greater,
            Relation::Less => comparable && order == Ordering::Less,
            Relation::GreaterOrEqual => comparable && order != Ordering::Less,
            Relation::LessOrEqual => comparable && order != Ordering::Greater,
            Relation::Pessimistic => comparable && pessimistic(version, wanted),
        }
    }
}

/// A pre-release is ordered only against pre-releases of the same numbers.
fn comparable(version: &Version, wanted: &Version) -> bool {
    match (version.is_pre_release(), wanted.is_pre_release()) {
        (true, true) => version.parts == wanted.parts,
        (true, false) => false,
        (false, _) => true,
    }
}

/// `~> 1.2.3`: at least that, and equal in all written parts but the last.
fn pessimistic(version: &Version, wanted: &Version) -> bool {
    if wanted.is_pre_release() && !version.is_pre_release() {
        return false;
    }
    let fixed = wanted.written.saturating_sub(1);
    let same = version
        .parts
        .iter()
        .zip(&wanted.parts)
        .take(fixed)
        .all(|(a, b)| a == b);
    let last = wanted.parts.len() - 1;
    version >= wanted
        && wanted.parts.len() <= version.parts.len()
        && same
        && wanted.parts.get(last) <= version.parts.get(last)
}

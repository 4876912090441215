//! Signal names, as job files and the API write them.
//!
//! In: text such as `SIGINT` (`kill_signal`, `alloc signal`, `change_signal`). Out: the number the
//! kernel wants. Numbers are those of Linux on every platform, because they only ever travel to a
//! Linux supervisor or a container engine.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A signal by number (1 to 64 on Linux).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signal(i32);

/// A text that names no signal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read signal {text:?}: a name such as \"SIGTERM\" or a number from 1 to 64 is needed")]
pub struct SignalError {
    /// What was given (at most 32 characters of it).
    text: String,
}

/// Highest signal number of Linux.
const SIGNAL_MAX: i32 = 64;

/// Names accepted and advertised as `os.signals` (spec/client 3.2), with their Linux numbers.
const TABLE: [(&str, i32); 27] = [
    ("SIGABRT", 6),
    ("SIGALRM", 14),
    ("SIGBUS", 7),
    ("SIGCONT", 18),
    ("SIGFPE", 8),
    ("SIGHUP", 1),
    ("SIGILL", 4),
    ("SIGINT", 2),
    ("SIGIO", 29),
    ("SIGIOT", 6),
    ("SIGKILL", 9),
    ("SIGPIPE", 13),
    ("SIGPROF", 27),
    ("SIGQUIT", 3),
    ("SIGSEGV", 11),
    ("SIGSTOP", 19),
    ("SIGSYS", 31),
    ("SIGTERM", 15),
    ("SIGTRAP", 5),
    ("SIGTSTP", 20),
    ("SIGTTIN", 21),
    ("SIGTTOU", 22),
    ("SIGUSR1", 10),
    ("SIGUSR2", 12),
    ("SIGWINCH", 28),
    ("SIGXCPU", 24),
    ("SIGXFSZ", 25),
];

impl Signal {
    /// Interrupt: the default `kill_signal` of process drivers.
    pub const INT: Self = Self(2);
    /// Kill: cannot be caught.
    pub const KILL: Self = Self(9);
    /// Terminate: the default stop signal of containers.
    pub const TERM: Self = Self(15);

    /// The signal with this number, if it is one (1 to 64).
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        (1..=SIGNAL_MAX).contains(&number).then_some(Self(number))
    }

    /// The kernel's number.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    /// Names for the attribute `os.signals`, comma separated and sorted. `SIGNULL` is listed too,
    /// as the reference lists it; it is no signal that could be sent.
    #[must_use]
    pub fn advertised() -> String {
        let mut names: Vec<&str> = TABLE.iter().map(|(name, _)| *name).collect();
        names.push("SIGNULL");
        names.sort_unstable();
        names.join(",")
    }
}

impl FromStr for Signal {
    type Err = SignalError;

    fn from_str(text: &str) -> Result<Self, SignalError> {
        let upper = text.trim().to_ascii_uppercase();
        let long = if upper.starts_with("SIG") {
            upper
        } else {
            format!("SIG{upper}")
        };
        if let Some((_, number)) = TABLE.iter().find(|(name, _)| *name == long) {
            return Ok(Self(*number));
        }
        text.trim()
            .parse()
            .ok()
            .and_then(Self::from_number)
            .ok_or_else(|| SignalError {
                text: text.chars().take(32).collect(),
            })
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match TABLE.iter().find(|(_, number)| *number == self.0) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_read_by_long_name_short_name_or_number() {
        for text in ["SIGTERM", "sigterm", "TERM", "15"] {
            assert_eq!(text.parse::<Signal>(), Ok(Signal::TERM), "{text}");
        }
        assert!("SIGNULL".parse::<Signal>().is_err());
        assert!("65".parse::<Signal>().is_err());
        assert!("0".parse::<Signal>().is_err());
    }

    #[test]
    fn the_advertised_list_is_sorted_and_has_no_gaps() {
        let list = Signal::advertised();
        assert!(list.starts_with("SIGABRT,SIGALRM,SIGBUS,"), "{list}");
        assert!(list.contains(",SIGKILL,SIGNULL,SIGPIPE,"), "{list}");
    }
}

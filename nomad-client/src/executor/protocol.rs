//! The control socket's language: one line asked, one line answered.
//!
//! Asked: `1 status`, `1 signal <number>`, `1 stop <number> <milliseconds>`, `1 kill`. Answered: `ok`,
//! for status `running` or `exited`, or `error <why>`. The leading number is the version. A line has
//! at most [`LINE_BYTES_MAX`] bytes.

use std::fmt;
use std::time::Duration;

use crate::signals::Signal;

/// Longest line in bytes, with its end.
pub(super) const LINE_BYTES_MAX: usize = 128;

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Whether the task runs.
    Status,
    /// Send a signal to the main process.
    Signal(Signal),
    /// Send a signal, then kill everything when it has not ended in time.
    Stop(Signal, Duration),
    /// Kill everything.
    Kill,
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("1 status"),
            Self::Signal(signal) => write!(f, "1 signal {}", signal.number()),
            Self::Stop(signal, timeout) => {
                write!(f, "1 stop {} {}", signal.number(), timeout.as_millis())
            }
            Self::Kill => f.write_str("1 kill"),
        }
    }
}

impl Ask {
    /// Reads a line; `None` when it is not understood.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        if words.next()? != "1" {
            return None;
        }
        let signal = |words: &mut std::str::SplitAsciiWhitespace<'_>| {
            Signal::from_number(words.next()?.parse().ok()?)
        };
        match words.next()? {
            "status" => Some(Self::Status),
            "signal" => signal(&mut words).map(Self::Signal),
            "stop" => {
                let signal = signal(&mut words)?;
                Some(Self::Stop(
                    signal,
                    Duration::from_millis(words.next()?.parse().ok()?),
                ))
            }
            "kill" => Some(Self::Kill),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        let asks = [
            Ask::Status,
            Ask::Signal(Signal::TERM),
            Ask::Stop(Signal::INT, Duration::from_millis(1_500)),
            Ask::Kill,
        ];
        for ask in asks {
            assert_eq!(Ask::parse(&ask.to_string()), Some(ask));
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in [
            "",
            "2 kill",
            "1",
            "1 dance",
            "1 signal",
            "1 signal 0",
            "1 stop 2",
            "1 stop x 1",
        ] {
            assert_eq!(Ask::parse(line), None, "{line:?}");
        }
    }
}

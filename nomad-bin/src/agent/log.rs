//! Log lines as operators of the original know them (spec/api-cli 5.5).
//!
//! `2031-05-04T10:11:12.345Z [INFO]  agent: message: key=value`, or one JSON object per line with
//! `@timestamp @level @module @message`. Request bodies that libraries trace are never shown,
//! because they hold tasks' secrets.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU8, Ordering};

use nomad_core::units::Timestamp;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry};

use super::config::LogLevel;

static LEVEL: AtomicU8 = AtomicU8::new(LogLevel::Info as u8);

/// Changes how much is logged, from now on.
pub(crate) fn set_level(level: LogLevel) {
    LEVEL.store(level as u8, Ordering::Relaxed);
}

/// Starts logging to standard output; a second call changes the level only.
pub(crate) fn start(level: LogLevel, as_json: bool) {
    set_level(level);
    let subscriber = Registry::default().with(Lines { as_json });
    let _ = tracing::subscriber::set_global_default(subscriber);
}

struct Lines {
    as_json: bool,
}

/// Rank of a level as [`LogLevel`] counts.
fn rank(level: Level) -> u8 {
    match level {
        Level::ERROR => LogLevel::Error as u8,
        Level::WARN => LogLevel::Warn as u8,
        Level::INFO => LogLevel::Info as u8,
        Level::DEBUG => LogLevel::Debug as u8,
        Level::TRACE => LogLevel::Trace as u8,
    }
}

/// Only this project's crates are heard below warnings.
fn is_ours(target: &str) -> bool {
    target.starts_with("nomad")
}

impl<S: Subscriber> Layer<S> for Lines {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let level = *metadata.level();
        rank(level) <= LEVEL.load(Ordering::Relaxed)
            && (is_ours(metadata.target()) || level <= Level::WARN)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        let at = crate::agent::clock::now();
        let line = if self.as_json {
            said.json(at, *event.metadata().level(), event.metadata().target())
        } else {
            said.text(at, *event.metadata().level(), event.metadata().target())
        };
        super::console::line(&line);
    }
}

#[derive(Default)]
struct Said {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.fields.push((field.name(), format!("{value:?}")));
        }
    }
}

/// `nomad_client::task::runner` as `client.task.runner`.
fn module(target: &str) -> String {
    let target = target.strip_prefix("nomad_").unwrap_or(target);
    target
        .strip_prefix("bin::")
        .unwrap_or(target)
        .replace("::", ".")
}

impl Said {
    fn text(&self, at: Timestamp, level: Level, target: &str) -> String {
        let millis = Timestamp(at.0 - at.0 % 1_000_000).to_rfc3339();
        let level = format!("[{level}]");
        let mut line = format!(
            "    {millis} {level:<7} {}: {}",
            module(target),
            self.message
        );
        for (at, (name, value)) in self.fields.iter().enumerate() {
            let quoted = value.contains(' ') && !value.starts_with('"');
            let lead = if at == 0 { ":" } else { "" };
            let _ = if quoted {
                write!(line, "{lead} {name}={value:?}")
            } else {
                write!(line, "{lead} {name}={value}")
            };
        }
        line
    }

    fn json(&self, at: Timestamp, level: Level, target: &str) -> String {
        let mut line = Map::new();
        line.insert("@timestamp".to_owned(), json!(at.to_rfc3339()));
        line.insert("@level".to_owned(), json!(level.as_str().to_lowercase()));
        line.insert("@module".to_owned(), json!(module(target)));
        line.insert("@message".to_owned(), json!(self.message));
        for (name, value) in &self.fields {
            line.insert((*name).to_owned(), json!(value));
        }
        Value::Object(line).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_operators_know_it() {
        let said = Said {
            message: "log recovered".to_owned(),
            fields: vec![("entries", "3".to_owned()), ("why", "a b".to_owned())],
        };
        let at = Timestamp(1_760_000_000_123_456_789);
        assert_eq!(
            said.text(at, Level::INFO, "nomad_bin::server::start"),
            "    2025-10-09T08:53:20.123Z [INFO]  server.start: log recovered: entries=3 why=\"a b\""
        );
    }
}

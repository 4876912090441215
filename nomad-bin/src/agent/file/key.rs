//! A row of the table of keys: name, kind, and where its value goes.

use super::value::Value;
use crate::agent::AgentConfig;

/// A key of a configuration file.
pub(super) struct Key {
    /// As written.
    pub(super) name: &'static str,
    /// What may stand there.
    pub(super) kind: Kind,
    /// Where it goes.
    pub(super) place: Place,
}

/// What may stand at a key.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// One of these texts, in any case.
    Choice(&'static [&'static str]),
    /// A text with base64 of 16, 24 or 32 bytes.
    Secret,
    /// Ports such as `22,80-90`.
    Ports,
    /// A whole number in this range.
    Whole(i64, i64),
    /// A number.
    Real,
    /// Yes or no.
    Switch,
    /// A length of time such as `10s`.
    Span,
    /// A size such as `100GB`.
    Size,
    /// A list of texts.
    Texts,
    /// A list of some of these texts.
    Choices(&'static [&'static str]),
    /// A list of texts that begin with `+` or `-`.
    Filters,
    /// Texts by name.
    Map,
    /// Whatever its reader takes.
    Tree,
    /// A block of these keys.
    Block(&'static [Key]),
    /// A block of these keys and others, which have no effect.
    Open(&'static [Key]),
    /// Blocks of these keys, each with a name; the texts are the keys that each must have.
    Named(&'static [Key], &'static [&'static str]),
}

/// Where a value goes.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Into the configuration; the text says why it cannot.
    Set(fn(&mut AgentConfig, Value) -> Result<(), String>),
    /// Nowhere, and nothing is lost by it.
    Nowhere,
    /// Nowhere yet; the operator is told.
    Idle,
    /// It must not be on, since what it asks for would not be there.
    NotYet,
}

/// A key whose value is taken over.
pub(super) const fn set(
    name: &'static str,
    kind: Kind,
    place: fn(&mut AgentConfig, Value) -> Result<(), String>,
) -> Key {
    Key {
        name,
        kind,
        place: Place::Set(place),
    }
}

/// A key without effect yet.
pub(super) const fn idle(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        place: Place::Idle,
    }
}

/// A key that needs none.
pub(super) const fn nowhere(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        place: Place::Nowhere,
    }
}

/// A key that must not be on yet.
pub(super) const fn not_yet(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        place: Place::NotYet,
    }
}

/// A block.
pub(super) const fn block(name: &'static str, keys: &'static [Key]) -> Key {
    nowhere(name, Kind::Block(keys))
}

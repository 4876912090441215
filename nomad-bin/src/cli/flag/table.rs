//! One flag, told once: its name, what it takes, its help.
//!
//! Constants of this type stand beside the command that reads them. A command reads its answer through
//! the same constant ([`super::Parsed::on`], [`super::Parsed::text`]), so a name is spelled in one place.

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `-x`, `-x=false`; holds the value when the flag is not given.
    Switch(bool),
    /// `-x v` or `-x=v`; the last one wins.
    Value,
    /// `-x v` or `-x=v`, any number of times, in order.
    List,
}

/// One row of a command's flag table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    /// Name without dashes.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) shape: Shape,
    /// Placeholder of the value in help texts, for example `<path>`.
    pub(crate) takes: &'static str,
    /// Help in one or more sentences.
    pub(crate) help: &'static str,
    /// Left out of help texts (undocumented alias).
    pub(crate) hidden: bool,
}

impl Flag {
    /// A switch that is off unless given.
    pub(crate) const fn switch(name: &'static str, help: &'static str) -> Self {
        Self::new(name, Shape::Switch(false), "", help)
    }

    /// A switch that is on unless `-name=false` is given.
    pub(crate) const fn switch_on(name: &'static str, help: &'static str) -> Self {
        Self::new(name, Shape::Switch(true), "", help)
    }

    /// A flag with one value.
    pub(crate) const fn value(name: &'static str, takes: &'static str, help: &'static str) -> Self {
        Self::new(name, Shape::Value, takes, help)
    }

    /// A flag that may be repeated.
    pub(crate) const fn list(name: &'static str, takes: &'static str, help: &'static str) -> Self {
        Self::new(name, Shape::List, takes, help)
    }

    /// The same flag, left out of help texts.
    pub(crate) const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    const fn new(
        name: &'static str,
        shape: Shape,
        takes: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            name,
            shape,
            takes,
            help,
            hidden: false,
        }
    }

    /// The flag as help shows it: `-check-index=<index>`, `-detach`, `-diff=true`.
    pub(crate) fn headline(&self) -> String {
        match self.shape {
            Shape::Switch(false) => format!("-{}", self.name),
            Shape::Switch(true) => format!("-{}=true", self.name),
            Shape::Value | Shape::List => format!("-{}={}", self.name, self.takes),
        }
    }
}

//! Names that expressions can use, innermost first.

use crate::hcl::value::Value;
use std::sync::Arc;

/// Names with their values, and the scope around them.
#[derive(Clone, Debug, Default)]
pub struct Scope<'a> {
    outer: Option<&'a Scope<'a>>,
    names: Vec<(Arc<str>, Value)>,
}

impl<'a> Scope<'a> {
    /// An empty scope with nothing around it.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// An empty scope inside this one.
    #[must_use]
    pub fn inner(&'a self) -> Scope<'a> {
        Scope {
            outer: Some(self),
            names: Vec::new(),
        }
    }

    /// The same with one more name, which hides an outer one.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a name in this scope.
    pub fn set(&mut self, name: &str, value: Value) {
        match self.names.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, slot)) => *slot = value,
            None => self.names.push((Arc::from(name), value)),
        }
    }

    /// The value of a name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        let mut scope = Some(self);
        while let Some(current) = scope {
            if let Some((_, value)) = current.names.iter().find(|(known, _)| **known == *name) {
                return Some(value);
            }
            scope = current.outer;
        }
        None
    }
}

//! Values that must not be shown.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value without `Debug`, `Display` or `Serialize`: it cannot reach a log or an answer by
/// accident. Where it must travel between agents or into the log, the field says so with
/// `#[serde(with = "nomad_core::secret::on_wire")]`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps `value`.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; the call is easy to find in a review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

/// Serialization of secrets between agents and into the log, named where it happens.
pub mod on_wire {
    use super::{Deserialize, Deserializer, Secret, Serialize, Serializer};

    /// Writes the secret out.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<T: Serialize, S: Serializer>(
        secret: &Secret<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        secret.expose().serialize(to)
    }

    /// Reads a secret.
    ///
    /// # Errors
    ///
    /// Those of the deserializer.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Secret<T>, D::Error> {
        T::deserialize(from).map(Secret::new)
    }
}

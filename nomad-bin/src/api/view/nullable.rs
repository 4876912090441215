//! Go writes empty lists and maps as `null`.

use serde::{Deserialize, Deserializer};

/// Reads `null` as the type's empty value.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

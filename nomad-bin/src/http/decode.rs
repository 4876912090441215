//! Reading JSON as Go reads it: keys without regard to case, `null` as absent, unknown keys
//! ignored (spec/api-cli 1.10).
//!
//! A wrapper around a parsed value that, where a struct is expected, renames each key to the
//! field it matches without regard to case and leaves out nulls, so that defaults apply.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// Deepest nesting of a body.
/// (`serde_json` refuses deeper ones itself: its recursion limit is 128.)
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    // Only the first value counts, as in the original.
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let value = values
        .next()
        .unwrap_or_else(|| Err(Error::custom("Request body is empty")))?;
    let value = if value.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        value
    };
    T::deserialize(Loose(value))
}

struct Loose(Value);

impl<'de> IntoDeserializer<'de, Error> for Loose {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Loose {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Loose)))
            }
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(key, value)| (key, Loose(value)));
                visitor.visit_map(MapDeserializer::new(fields))
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::Object(given) = self.0 else {
            return Err(Error::custom(format!(
                "{name}: an object is needed, not {}",
                self.0
            )));
        };
        let known = given
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .filter_map(|(key, value)| {
                let exact = fields.iter().find(|field| **field == key);
                let field = exact.or_else(|| fields.iter().find(|f| f.eq_ignore_ascii_case(&key)));
                field.map(|field| (*field, value))
            });
        visitor.visit_map(Fields {
            rest: known.collect::<Vec<_>>().into_iter(),
            value: None,
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The fields of a struct, one at a time, naming the field in every error.
struct Fields {
    rest: std::vec::IntoIter<(&'static str, Value)>,
    value: Option<(&'static str, Value)>,
}

impl<'de> serde::de::MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((field, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some((field, value));
        seed.deserialize(field.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, Error> {
        let Some((field, value)) = self.value.take() else {
            return Err(Error::custom("a value was read before its key"));
        };
        seed.deserialize(Loose(value))
            .map_err(|error| Error::custom(format!("{field}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Default, PartialEq, Debug)]
    #[serde(default, rename_all = "PascalCase")]
    struct Probe {
        count: i64,
        name: Option<String>,
        list: Vec<String>,
    }

    #[test]
    fn keys_match_without_regard_to_case_and_nulls_are_absent() {
        let probe: Probe =
            from_slice(br#"{"count": 3, "NAME": "a", "list": null, "x": 1}"#).unwrap();
        assert_eq!(
            probe,
            Probe {
                count: 3,
                name: Some("a".into()),
                list: vec![]
            }
        );
    }

    #[test]
    fn a_wrong_type_names_its_field() {
        let error = from_slice::<Probe>(br#"{"Count": "three"}"#)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("Count: invalid type"), "{error}");
    }

    #[test]
    fn bad_json_names_its_position() {
        let error = from_slice::<Probe>(b"{\"Count\": }")
            .unwrap_err()
            .to_string();
        assert!(error.contains("line 1 column 11"), "{error}");
    }
}

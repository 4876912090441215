//! A type of its own for every identifier.
//!
//! Two families: drawn ids (16 bytes, printed as lower-case UUIDs) and names (shared text, checked
//! when it comes in). None converts into another, so a job can never be taken for a group.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest name accepted anywhere, in bytes.
pub const NAME_BYTES_MAX: usize = 1024;

/// A text that is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// A drawn id must be a UUID: 36 characters, lower-case hexadecimal and dashes.
    #[error(
        "read {kind} {text:?}: a UUID such as \"6a1ff9b6-3a5e-4d0e-8b4f-6b1f3c6d2a10\" is needed"
    )]
    NotUuid {
        /// Kind of identifier, such as "node id".
        kind: &'static str,
        /// What was given instead (at most 64 bytes of it).
        text: String,
    },
    /// A name must not be empty.
    #[error("read {kind}: it is empty")]
    Empty {
        /// Kind of identifier.
        kind: &'static str,
    },
    /// A name is longer than [`NAME_BYTES_MAX`].
    #[error("read {kind}: {len} bytes are more than {NAME_BYTES_MAX}")]
    TooLong {
        /// Kind of identifier.
        kind: &'static str,
        /// Its length in bytes.
        len: usize,
    },
    /// A name holds a character that it may not hold.
    #[error("read {kind} {text:?}: it must not hold {found:?}")]
    BadCharacter {
        /// Kind of identifier.
        kind: &'static str,
        /// The name.
        text: String,
        /// The first offending character.
        found: char,
    },
}

fn parse_uuid(kind: &'static str, text: &str) -> Result<[u8; 16], IdError> {
    let refuse = || IdError::NotUuid {
        kind,
        text: text.chars().take(64).collect(),
    };
    if text.len() != 36 {
        return Err(refuse());
    }
    let mut bytes = [0u8; 16];
    let mut nibbles = 0usize;
    for (at, c) in text.bytes().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if c != b'-' {
                return Err(refuse());
            }
            continue;
        }
        let value = (c as char).to_digit(16).ok_or_else(refuse)?;
        let slot = bytes.get_mut(nibbles / 2).ok_or_else(refuse)?;
        *slot = (*slot << 4) | (value as u8);
        nibbles += 1;
    }
    Ok(bytes)
}

fn write_uuid(bytes: &[u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            f.write_str("-")?;
        }
        write!(f, "{byte:02x}")?;
    }
    Ok(())
}

macro_rules! drawn_id {
    ($(#[$meta:meta])* $name:ident, $kind:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Makes the id from 16 drawn bytes, setting the version and variant bits of a
            /// random (version 4) UUID.
            #[must_use]
            pub fn from_random(bytes: [u8; 16]) -> Self {
                let mut value = u128::from_be_bytes(bytes);
                value = (value & !(0xf << 76)) | (0x4 << 76);
                value = (value & !(0x3 << 62)) | (0x2 << 62);
                Self(value.to_be_bytes())
            }

            /// The 16 bytes, most significant first.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// The first eight characters, as the command line shows it.
            #[must_use]
            pub fn short(&self) -> String {
                self.to_string().chars().take(8).collect()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_uuid(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_uuid(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_uuid($kind, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() {
                    to.collect_str(self)
                } else {
                    to.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Seen;
                impl serde::de::Visitor<'_> for Seen {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("a ", $kind))
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                    fn visit_bytes<E: serde::de::Error>(self, raw: &[u8]) -> Result<$name, E> {
                        raw.try_into().map($name).map_err(|_| E::invalid_length(raw.len(), &self))
                    }
                }
                if from.is_human_readable() {
                    from.deserialize_str(Seen)
                } else {
                    from.deserialize_bytes(Seen)
                }
            }
        }
    };
}

drawn_id!(
    /// Identifies a node (a machine with a client agent).
    NodeId,
    "node id"
);
drawn_id!(
    /// Identifies an allocation.
    AllocId,
    "allocation id"
);
drawn_id!(
    /// Identifies an evaluation.
    EvalId,
    "evaluation id"
);
drawn_id!(
    /// Identifies a deployment.
    DeploymentId,
    "deployment id"
);

macro_rules! name {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $default:literal, $refused:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self(Arc::from($default))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let refused: &[char] = &$refused;
                check_name($kind, text, refused)?;
                Ok(Self(Arc::from(text)))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

fn check_name(kind: &'static str, text: &str, refused: &[char]) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty { kind });
    }
    if text.len() > NAME_BYTES_MAX {
        return Err(IdError::TooLong {
            kind,
            len: text.len(),
        });
    }
    match text.chars().find(|c| refused.contains(c)) {
        Some(found) => Err(IdError::BadCharacter {
            kind,
            text: text.to_owned(),
            found,
        }),
        None => Ok(()),
    }
}

name!(
    /// A job's id, unique in its namespace. No space, no NUL (spec/scheduler 3.3).
    JobId, "job id", "-", ['\0', ' ']
);
name!(
    /// A task group's name, unique in its job.
    GroupName, "task group name", "-", ['\0']
);
name!(
    /// A task's name, unique in its group. No slashes: it becomes a directory.
    TaskName, "task name", "-", ['\0', '/', '\\']
);
name!(
    /// A namespace's name.
    NamespaceName, "namespace", "default", ['\0', ' ', '/']
);
name!(
    /// A node pool's name.
    PoolName, "node pool", "default", ['\0', ' ', '/']
);
name!(
    /// A region's name.
    RegionName, "region", "global", ['\0', ' ', '/']
);

/// A job's full name: never two loose texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct JobKey {
    /// The namespace that holds the job.
    pub namespace: NamespaceName,
    /// The job's id in that namespace.
    pub id: JobId,
}

impl JobKey {
    /// Puts the two halves together.
    #[must_use]
    pub fn new(namespace: NamespaceName, id: JobId) -> Self {
        Self { namespace, id }
    }
}

impl fmt::Display for JobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_id_prints_as_the_uuid_it_was_read_from() {
        let text = "6a1ff9b6-3a5e-4d0e-8b4f-6b1f3c6d2a10";
        assert_eq!(text.parse::<NodeId>().unwrap().to_string(), text);
    }

    #[test]
    fn a_short_or_misspelt_uuid_is_refused_by_name() {
        let error = "6a1ff9b6".parse::<AllocId>().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("read allocation id \"6a1ff9b6\""),
            "{error}"
        );
        assert!(
            "6a1ff9b6-3a5e-4d0e-8b4f-6b1f3c6d2a1g"
                .parse::<AllocId>()
                .is_err()
        );
    }

    #[test]
    fn random_bytes_become_a_version_four_uuid() {
        let text = EvalId::from_random([0xff; 16]).to_string();
        assert_eq!(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_job_id_with_a_space_is_refused() {
        assert!("a b".parse::<JobId>().is_err());
        assert!("a/b".parse::<JobId>().is_ok());
    }
}

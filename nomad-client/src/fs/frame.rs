//! Pieces of a file on their way to a reader (spec/client 30.5).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most bytes of data in one frame.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Most frames that wait for a slow reader; then the source waits.
pub const FRAMES_BUFFERED_MAX: usize = 32;
/// A framed stream shows this often that it lives.
pub const HEARTBEAT: Duration = Duration::from_secs(1);

/// What happened to a file that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum FileEvent {
    /// Nothing.
    #[default]
    #[serde(rename = "")]
    None,
    /// It was removed or replaced; the stream of it ends.
    #[serde(rename = "file deleted")]
    Deleted,
    /// It became shorter than what was read; reading starts again at 0.
    #[serde(rename = "file truncated")]
    Truncated,
}

/// One piece. A frame without anything in it is a heartbeat and is written `{}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Frame {
    /// Position after the data.
    #[serde(skip_serializing_if = "is_zero")]
    pub offset: u64,
    /// The bytes; base64 in JSON.
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "to_base64",
        deserialize_with = "from_base64"
    )]
    pub data: Vec<u8>,
    /// Path inside the allocation's directory.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// What happened to the file.
    #[serde(skip_serializing_if = "is_no_event")]
    pub file_event: FileEvent,
}

impl Frame {
    /// Whether it says nothing but that the stream lives.
    #[must_use]
    pub fn is_heartbeat(&self) -> bool {
        *self == Self::default()
    }

    /// The frame as it goes over HTTP: a JSON object without separator.
    ///
    /// # Errors
    /// None in practice; those of the serializer.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

fn is_zero(offset: &u64) -> bool {
    *offset == 0
}

fn is_no_event(event: &FileEvent) -> bool {
    *event == FileEvent::None
}

fn to_base64<S: Serializer>(data: &[u8], to: S) -> Result<S::Ok, S::Error> {
    match to.is_human_readable() {
        true => to.serialize_str(&STANDARD.encode(data)),
        false => to.serialize_bytes(data),
    }
}

fn from_base64<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    if !from.is_human_readable() {
        return Vec::deserialize(from);
    }
    let text = String::deserialize(from)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_is_an_empty_object_and_zero_fields_are_left_out() {
        assert_eq!(Frame::default().to_json().unwrap(), b"{}");
        let frame = Frame {
            offset: 5,
            data: b"hello".to_vec(),
            file: "alloc/logs/t.stdout.0".to_owned(),
            ..Frame::default()
        };
        let text = String::from_utf8(frame.to_json().unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"Offset":5,"Data":"aGVsbG8=","File":"alloc/logs/t.stdout.0"}"#
        );
        assert_eq!(serde_json::from_str::<Frame>(&text).unwrap(), frame);
        let gone = Frame {
            file_event: FileEvent::Deleted,
            ..Frame::default()
        };
        assert_eq!(gone.to_json().unwrap(), br#"{"FileEvent":"file deleted"}"#);
    }
}

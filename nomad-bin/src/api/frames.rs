//! Frames of the log and file streams: JSON objects one after another, without separators, cut anywhere by
//! the transport (spec/api-cli 2.13).

use serde::Deserialize;

/// Bytes that may wait for the rest of their frame; a frame carries at most 64 KiB of data.
const PENDING_BYTES_MAX: usize = 1 << 20;

/// One frame. An empty one is a heartbeat.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Frame {
    data: String,
    /// `file truncated` or `file deleted`.
    pub(crate) file_event: String,
}

impl Frame {
    /// The bytes carried.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        decode_base64(&self.data)
    }
}

/// Puts frames together from pieces.
#[derive(Default)]
pub(crate) struct Frames {
    pending: Vec<u8>,
}

impl Frames {
    /// Takes a piece and gives the frames that are complete. Rubbish is dropped.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<Frame> {
        self.pending.extend_from_slice(piece);
        let mut frames = Vec::new();
        let mut values = serde_json::Deserializer::from_slice(&self.pending).into_iter::<Frame>();
        let mut used = 0;
        while let Some(Ok(frame)) = values.next() {
            used = values.byte_offset();
            frames.push(frame);
        }
        self.pending.drain(..used);
        if self.pending.len() > PENDING_BYTES_MAX {
            self.pending.clear();
        }
        frames
    }
}

fn decode_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_however_the_stream_is_cut() {
        let text = br#"{"Offset":3,"Data":"b25l","File":"x"}{}{"FileEvent":"file truncated"}"#;
        for cut in 0..text.len() {
            let mut frames = Frames::default();
            let mut all = frames.push(&text[..cut]);
            all.extend(frames.push(&text[cut..]));
            assert_eq!(all.len(), 3, "cut at {cut}");
            assert_eq!(all[0].bytes(), b"one");
            assert_eq!(all[1], Frame::default());
            assert_eq!(all[2].file_event, "file truncated");
        }
    }
}

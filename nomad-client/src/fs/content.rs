//! A file's content type, guessed from its name and its first bytes.

/// Signatures at the start of files, with their types.
const SIGNATURES: [(&[u8], &str); 11] = [
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/x-gzip"),
    (b"\x00asm", "application/wasm"),
    (b"<!DOCTYPE HTML", "text/html; charset=utf-8"),
    (b"<?xml", "text/xml; charset=utf-8"),
];

/// The type of a file called `name` that begins with `start` (spec/client 30.3).
pub(super) fn guess(name: &str, start: &[u8]) -> &'static str {
    if name.ends_with(".json") {
        return "application/json";
    }
    for (signature, kind) in SIGNATURES {
        let head = start.get(..signature.len()).unwrap_or_default();
        if head.eq_ignore_ascii_case(signature) {
            return kind;
        }
    }
    let is_control = |byte: &u8| matches!(byte, 0x00..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    match start.is_empty() || start.iter().any(is_control) {
        true => "application/octet-stream",
        false => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_decides_for_json_and_the_bytes_for_the_rest() {
        assert_eq!(guess("a.json", b"\0"), "application/json");
        assert_eq!(guess("a", b"hello\n"), "text/plain; charset=utf-8");
        assert_eq!(guess("a", b""), "application/octet-stream");
        assert_eq!(
            guess("a", b"\x7fELF\x02\x01\x01\0"),
            "application/octet-stream"
        );
        assert_eq!(guess("a", b"\x89PNG\r\n\x1a\nrest"), "image/png");
    }
}

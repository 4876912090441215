//! Digests and identifiers.

use super::registry::{
    Answer, Call, Function, Kind, Parameter, Refusal, function, takes, variadic,
};
use crate::hcl::value::Value;
use sha1::Digest as _;
use std::fmt::Write as _;

const STR: Parameter = takes("str", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("bcrypt", &[STR], takes("cost", Kind::Number), |_| {
        Err(Refusal::not_yet("bcrypt"))
    }),
    function("md5", &[STR], |call| {
        Ok(hex(&md5::Md5::digest(call.text(0).as_bytes())))
    }),
    function(
        "rsadecrypt",
        &[
            takes("ciphertext", Kind::Text),
            takes("privatekey", Kind::Text),
        ],
        |_| Err(Refusal::not_yet("rsadecrypt")),
    ),
    function("sha1", &[STR], |call| {
        Ok(hex(&sha1::Sha1::digest(call.text(0).as_bytes())))
    }),
    function("sha256", &[STR], |call| {
        Ok(hex(&sha2::Sha256::digest(call.text(0).as_bytes())))
    }),
    function("sha512", &[STR], |call| {
        Ok(hex(&sha2::Sha512::digest(call.text(0).as_bytes())))
    }),
    function("uuidv4", &[], uuidv4),
    function(
        "uuidv5",
        &[takes("namespace", Kind::Text), takes("name", Kind::Text)],
        uuidv5,
    ),
];

fn hex(bytes: &[u8]) -> Value {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    Value::from(text)
}

fn uuidv4(call: &Call<'_>) -> Answer {
    let Some(random) = call.evaluator.random else {
        return Err(Refusal::whole("there is no source of randomness here"));
    };
    Ok(uuid_text(random.sixteen_bytes(), 4))
}

/// Name-based identifiers (RFC 4122 4.3) of the well-known namespaces or of any other UUID.
fn uuidv5(call: &Call<'_>) -> Answer {
    let namespace = match call.text(0) {
        "dns" => 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8,
        "url" => 0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8,
        "oid" => 0x6ba7_b812_9dad_11d1_80b4_00c0_4fd4_30c8,
        "x500" => 0x6ba7_b814_9dad_11d1_80b4_00c0_4fd4_30c8,
        other => read_uuid(other).ok_or_else(|| {
            Refusal::whole(format!(
                "the namespace must be \"dns\", \"url\", \"oid\", \"x500\" or a UUID, not \"{other}\""
            ))
        })?,
    };
    let mut hasher = sha1::Sha1::new();
    hasher.update(namespace.to_be_bytes());
    hasher.update(call.text(1).as_bytes());
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    for (slot, byte) in bytes.iter_mut().zip(digest.iter()) {
        *slot = *byte;
    }
    Ok(uuid_text(bytes, 5))
}

fn read_uuid(text: &str) -> Option<u128> {
    let dashed = text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| (b == b'-') == matches!(at, 8 | 13 | 18 | 23));
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    (dashed && digits.bytes().all(|b| b.is_ascii_hexdigit()))
        .then(|| u128::from_str_radix(&digits, 16).ok())
        .flatten()
}

/// The text form, with version and variant set.
fn uuid_text(bytes: [u8; 16], version: u128) -> Value {
    let plain = u128::from_be_bytes(bytes);
    let marked = (plain & !(0xf << 76) & !(0b11 << 62)) | (version << 76) | (0b10 << 62);
    let digits = format!("{marked:032x}");
    let mut text = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    Value::from(text)
}

//! Names of variables that are made from labels.

/// Beginnings of names whose rest is cleaned (spec/client 17.2).
const CLEANED: [&str; 5] = [
    "NOMAD_ADDR_",
    "NOMAD_IP_",
    "NOMAD_PORT_",
    "NOMAD_HOST_PORT_",
    "NOMAD_META_",
];

/// The name with every byte outside of letters, digits, `_` and `.` turned into `_`, when it is one
/// of those that are made from labels; else as it is.
pub(super) fn clean(name: String) -> String {
    if !CLEANED.iter().any(|prefix| name.starts_with(prefix)) {
        return name;
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    name.bytes()
        .map(|byte| if fits(byte) { char::from(byte) } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_labels_are_cleaned_and_others_are_not() {
        let cases = [
            ("NOMAD_META_Mixed-Case.key", "NOMAD_META_Mixed_Case.key"),
            ("NOMAD_META_ünï", "NOMAD_META___n__"),
            ("NOMAD_META_9start", "NOMAD_META_9start"),
            ("NOMAD_HOST_PORT_with-dash", "NOMAD_HOST_PORT_with_dash"),
            ("NOMAD_HOST_IP_with-dash", "NOMAD_HOST_IP_with-dash"),
            ("my name", "my name"),
        ];
        for (name, cleaned) in cases {
            assert_eq!(clean(name.to_owned()), cleaned);
        }
    }
}

//! `constraint`, `affinity`, `spread`.

use super::description::{Schema, flag_or_null, int, int_or_null, labeled, text, text_or_null};
use super::shorthand;

/// spec/api-cli 4.4: an operator may be written as the name of the argument.
const OPERATORS: &[super::Attribute] = &[
    text_or_null("attribute", "LTarget"),
    text_or_null("value", "RTarget"),
    text_or_null("operator", "Operand"),
    text_or_null("regexp", "regexp"),
    text_or_null("version", "version"),
    text_or_null("semver", "semver"),
    text_or_null("set_contains", "set_contains"),
    text_or_null("set_contains_all", "set_contains_all"),
    text_or_null("set_contains_any", "set_contains_any"),
    flag_or_null("distinct_hosts", "distinct_hosts"),
    text_or_null("distinct_property", "distinct_property"),
    text_or_null("is_set", "is_set"),
    text_or_null("is_not_set", "is_not_set"),
];

pub(super) static CONSTRAINT: Schema = Schema {
    attributes: OPERATORS,
    blocks: &[],
    finish: Some(shorthand::operator),
};

pub(super) static AFFINITY: Schema = Schema {
    attributes: &[
        text_or_null("attribute", "LTarget"),
        text_or_null("value", "RTarget"),
        text_or_null("operator", "Operand"),
        int_or_null("weight", "Weight"),
        text_or_null("regexp", "regexp"),
        text_or_null("version", "version"),
        text_or_null("semver", "semver"),
        text_or_null("set_contains", "set_contains"),
        text_or_null("set_contains_all", "set_contains_all"),
        text_or_null("set_contains_any", "set_contains_any"),
    ],
    blocks: &[],
    finish: Some(shorthand::operator),
};

pub(super) static SPREAD: Schema = Schema {
    attributes: &[
        text("attribute", "Attribute"),
        int_or_null("weight", "Weight"),
    ],
    blocks: &[labeled("target", "SpreadTarget", "Value", &TARGET)],
    finish: None,
};

static TARGET: Schema = Schema {
    attributes: &[text("value", "Value"), int("percent", "Percent")],
    blocks: &[],
    finish: None,
};

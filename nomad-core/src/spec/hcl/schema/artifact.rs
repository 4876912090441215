//! `artifact` of a task.

use super::description::{Schema, flag, flag_or_null, map, text_or_null};

pub(super) static ARTIFACT: Schema = Schema {
    attributes: &[
        text_or_null("source", "GetterSource"),
        text_or_null("mode", "GetterMode"),
        flag_or_null("insecure", "GetterInsecure"),
        text_or_null("destination", "RelativeDest"),
        flag("chown", "Chown"),
    ],
    blocks: &[
        map("options", "GetterOptions"),
        map("headers", "GetterHeaders"),
    ],
    finish: None,
};

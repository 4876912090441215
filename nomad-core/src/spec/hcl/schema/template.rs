//! `template` of a task.

use super::description::{
    Schema, duration_or_null, flag_or_null, int_or_null, one, text_or_null, texts,
};
use super::shorthand;

pub(super) static TEMPLATE: Schema = Schema {
    attributes: &[
        text_or_null("source", "SourcePath"),
        text_or_null("destination", "DestPath"),
        text_or_null("data", "EmbeddedTmpl"),
        text_or_null("change_mode", "ChangeMode"),
        text_or_null("change_signal", "ChangeSignal"),
        flag_or_null("once", "Once"),
        duration_or_null("splay", "Splay"),
        text_or_null("perms", "Perms"),
        int_or_null("uid", "Uid"),
        int_or_null("gid", "Gid"),
        text_or_null("left_delimiter", "LeftDelim"),
        text_or_null("right_delimiter", "RightDelim"),
        flag_or_null("env", "Envvars"),
        duration_or_null("vault_grace", "VaultGrace"),
        flag_or_null("error_on_missing_key", "ErrMissingKey"),
    ],
    blocks: &[
        one("change_script", "ChangeScript", &CHANGE_SCRIPT),
        one("wait", "Wait", &WAIT),
    ],
    finish: Some(shorthand::template),
};

static CHANGE_SCRIPT: Schema = Schema {
    attributes: &[
        text_or_null("command", "Command"),
        texts("args", "Args"),
        duration_or_null("timeout", "Timeout"),
        flag_or_null("fail_on_error", "FailOnError"),
        flag_or_null("run_on_first_render", "RunOnFirstRender"),
    ],
    blocks: &[],
    finish: Some(shorthand::change_script),
};

static WAIT: Schema = Schema {
    attributes: &[
        duration_or_null("min", "Min"),
        duration_or_null("max", "Max"),
    ],
    blocks: &[],
    finish: None,
};

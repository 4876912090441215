//! Files made before a task starts: templates, artifacts, payloads.

use crate::units::Span;

noun! {
    /// A file rendered from a template.
    Template, TemplateSpec {
        source_path = "SourcePath": opt String;
        dest_path = "DestPath": opt String;
        embedded = "EmbeddedTmpl": opt String;
        change_mode = "ChangeMode": opt String;
        change_script = "ChangeScript": one ChangeScript;
        change_signal = "ChangeSignal": opt String;
        once = "Once": opt bool;
        splay = "Splay": opt Span;
        perms = "Perms": opt String;
        uid = "Uid": null i64;
        gid = "Gid": null i64;
        left_delim = "LeftDelim": opt String;
        right_delim = "RightDelim": opt String;
        env = "Envvars": opt bool;
        vault_grace = "VaultGrace": opt Span;
        wait = "Wait": one WaitConfig;
        error_on_missing_key = "ErrMissingKey": opt bool;
    }
}

noun! {
    /// Program run in the task when a template changes.
    ChangeScript, ChangeScriptSpec {
        command = "Command": opt String;
        args = "Args": list String;
        timeout = "Timeout": opt Span;
        fail_on_error = "FailOnError": opt bool;
        run_on_first_render = "RunOnFirstRender": opt bool;
    }
}

noun! {
    /// How long to wait for more changes before rendering.
    WaitConfig, WaitConfigSpec {
        min = "Min": opt Span;
        max = "Max": opt Span;
    }
}

noun! {
    /// A download into the task's directory.
    Artifact, ArtifactSpec {
        source = "GetterSource": opt String;
        options = "GetterOptions": dict String;
        headers = "GetterHeaders": dict String;
        mode = "GetterMode": opt String;
        insecure = "GetterInsecure": opt bool;
        destination = "RelativeDest": opt String;
        chown = "Chown": plain bool;
    }
}

noun! {
    /// Where a dispatched job's payload lands.
    DispatchPayload, DispatchPayloadSpec {
        file = "File": plain String;
    }
}

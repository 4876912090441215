//! Keys of `plugin` blocks, by the name of the plugin. A block replaces an earlier one whole.

use nomad_client::drivers::docker::DockerRules;

use crate::agent::file::key::Kind::{Switch, Text, Texts, Tree};
use crate::agent::file::key::{Key, Kind, Place, block, idle, nowhere, set};

/// Plugins.
pub(super) const PLUGINS: &[Key] = &[
    Key {
        name: "raw_exec",
        kind: Kind::Block(&[idle("args", Texts), block("config", RAW_EXEC)]),
        place: Place::Set(|c, _| {
            c.plugins.raw_exec = false;
            c.plugins.raw_exec_denied_env.clear();
            c.plugins.raw_exec_denied_uids = Default::default();
            c.plugins.raw_exec_denied_gids = Default::default();
            Ok(())
        }),
    },
    Key {
        name: "docker",
        kind: Kind::Block(&[
            idle("args", Texts),
            set("config", Tree, |c, v| {
                let fields = v.fields();
                DockerRules::read(&fields).map_err(|error| error.to_string())?;
                c.plugins.docker = fields;
                Ok(())
            }),
        ]),
        place: Place::Set(|c, _| {
            c.plugins.docker.clear();
            Ok(())
        }),
    },
    block("exec", OTHER),
    block("java", OTHER),
    block("qemu", OTHER),
    block(
        "mock_driver",
        &[nowhere("args", Texts), nowhere("config", Tree)],
    ),
];

const OTHER: &[Key] = &[idle("args", Texts), idle("config", Tree)];

const RAW_EXEC: &[Key] = &[
    set("enabled", Switch, |c, v| {
        c.plugins.raw_exec = v.is_on();
        Ok(())
    }),
    set("denied_envvars", Texts, |c, v| {
        c.plugins.raw_exec_denied_env = v.texts();
        Ok(())
    }),
    set("denied_host_uids", Text, |c, v| {
        c.plugins.raw_exec_denied_uids = v.text().parse().map_err(|e| format!("{e}"))?;
        Ok(())
    }),
    set("denied_host_gids", Text, |c, v| {
        c.plugins.raw_exec_denied_gids = v.text().parse().map_err(|e| format!("{e}"))?;
        Ok(())
    }),
];

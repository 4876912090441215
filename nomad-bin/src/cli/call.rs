//! One call of a command: what was typed, and what the environment adds to it.

use std::collections::BTreeMap;

use super::failure::Failure;
use super::flag::{Flag, Parsed, shared};
use super::layout::{Moment, Zone};
use super::ui::Ui;
use crate::api::{Client, Settings};

/// What a command is called with.
pub(crate) struct Call {
    /// Flags and words.
    pub(crate) parsed: Parsed,
    /// Environment variables that begin with `NOMAD_`, and `NO_COLOR`.
    pub(crate) environment: BTreeMap<String, String>,
    /// The zone that times are shown in.
    pub(crate) zone: Zone,
}

impl Call {
    /// Whether a switch is on.
    pub(crate) fn on(&self, flag: &Flag) -> bool {
        self.parsed.on(flag)
    }

    /// The value of a flag.
    pub(crate) fn text(&self, flag: &Flag) -> Option<&str> {
        self.parsed.text(flag)
    }

    /// The first positional word; commands that need one say so in their table.
    pub(crate) fn first(&self) -> &str {
        self.parsed.word(0).unwrap_or_default()
    }

    /// Full ids and times?
    pub(crate) fn verbose(&self) -> bool {
        self.on(&shared::VERBOSE)
    }

    /// Flag, else environment variable; empty counts as unset.
    fn setting(&self, flag: &Flag, variable: &str) -> Option<String> {
        let given = self.text(flag).map(str::to_owned);
        given
            .or_else(|| self.environment.get(variable).cloned())
            .filter(|text| !text.is_empty())
    }

    /// A client for the agent that flags and environment name.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let settings = Settings {
            address: self.setting(&shared::ADDRESS, "NOMAD_ADDR"),
            region: self.setting(&shared::REGION, "NOMAD_REGION"),
            namespace: self.setting(&shared::NAMESPACE, "NOMAD_NAMESPACE"),
            token: self.setting(&shared::TOKEN, "NOMAD_TOKEN"),
            http_auth: self.environment.get("NOMAD_HTTP_AUTH").cloned(),
        };
        Client::new(settings).map_err(|source| Failure::Refused {
            said: "Error initializing client".into(),
            source,
        })
    }

    /// `-namespace '*'`: all namespaces.
    pub(crate) fn all_namespaces(&self) -> bool {
        self.setting(&shared::NAMESPACE, "NOMAD_NAMESPACE")
            .as_deref()
            == Some("*")
    }

    /// What flags and environment say about colors.
    pub(crate) fn color(&self) -> Option<bool> {
        let set = |name: &str| self.environment.get(name).is_some_and(|v| !v.is_empty());
        if self.on(&shared::NO_COLOR) || set("NOMAD_CLI_NO_COLOR") {
            Some(false)
        } else if self.on(&shared::FORCE_COLOR) || set("NOMAD_CLI_FORCE_COLOR") {
            Some(true)
        } else if set("NO_COLOR") {
            Some(false)
        } else {
            None
        }
    }

    /// Now.
    pub(crate) fn now(&self) -> Moment {
        super::clock::now()
    }

    /// One line that points at a page of the web UI, unless the agent or the user does not want hints.
    pub(crate) async fn hint(&self, client: &Client, ui: &mut Ui, what: &str, page: &str) {
        let wish = self
            .environment
            .get("NOMAD_CLI_SHOW_HINTS")
            .map(String::as_str);
        if matches!(wish, Some("false" | "0" | "f" | "F" | "FALSE" | "False")) {
            return;
        }
        let Ok(agent) = client.agent_self().await else {
            return;
        };
        if agent.shows_hints() {
            ui.note(format!(
                "\n==> {what} in the Web UI: {}/ui/{page}",
                client.address()
            ));
        }
    }
}

//! All commands, by their words.

use super::command as c;
use super::flag::nearest;
use super::spec::Command;

/// Every command, in the order of the help.
pub(crate) const COMMANDS: &[Command] = &[
    c::agent::COMMAND,
    c::alloc_fs::COMMAND,
    c::alloc_logs::COMMAND,
    c::alloc_restart::COMMAND,
    c::alloc_status::COMMAND,
    c::alloc_stop::COMMAND,
    c::config_validate::COMMAND,
    c::deployment_fail::COMMAND,
    c::deployment_list::COMMAND,
    c::deployment_pause::COMMAND,
    c::deployment_promote::COMMAND,
    c::deployment_resume::COMMAND,
    c::deployment_status::COMMAND,
    c::dev::COMMAND,
    c::eval_list::COMMAND,
    c::eval_status::COMMAND,
    c::job_allocs::COMMAND,
    c::job_deployments::COMMAND,
    c::job_eval::COMMAND,
    c::job_history::COMMAND,
    c::job_init::COMMAND,
    c::job_inspect::COMMAND,
    c::job_plan::COMMAND,
    c::job_promote::COMMAND,
    c::job_revert::COMMAND,
    c::job_run::COMMAND,
    c::job_scale::COMMAND,
    c::job_status::COMMAND,
    c::job_stop::COMMAND,
    c::job_validate::COMMAND,
    c::node_eligibility::COMMAND,
    c::node_status::COMMAND,
    c::server_members::COMMAND,
    c::status::COMMAND,
    c::system_gc::COMMAND,
    c::version::COMMAND,
];

/// Group words and what the group is about.
pub(crate) const GROUPS: &[(&str, &str)] = &[
    ("alloc", "Interact with allocations"),
    ("config", "Interact with configurations"),
    ("deployment", "Interact with deployments"),
    ("eval", "Interact with evaluations"),
    ("job", "Interact with jobs"),
    ("node", "Interact with nodes"),
    ("server", "Interact with servers"),
    ("system", "Interact with the system API"),
];

/// What the words of a command line name.
pub(crate) enum Named {
    /// A command; the number of words that named it.
    Command(&'static Command, usize),
    /// A group word, alone or followed by an unknown word.
    Group(&'static str, Option<String>),
    /// Nothing known; the nearest known word.
    Nothing(Option<&'static str>),
}

/// Finds the command that the words begin with.
pub(crate) fn find(words: &[String]) -> Named {
    let first = words.first().map(String::as_str).unwrap_or_default();
    let second = words.get(1).map(String::as_str).unwrap_or_default();
    let two = format!("{first} {second}");
    for (typed, length) in [(two.as_str(), 2), (first, 1)] {
        let known = |c: &&Command| c.name == typed || c.aliases.contains(&typed);
        if let Some(command) = COMMANDS.iter().find(known) {
            return Named::Command(command, length);
        }
    }
    if let Some((group, _)) = GROUPS.iter().find(|(group, _)| *group == first) {
        let unknown = Some(second).filter(|word| !word.is_empty() && !word.starts_with('-'));
        return Named::Group(group, unknown.map(str::to_owned));
    }
    Named::Nothing(nearest(first, top_words()))
}

/// The nearest second word of a group.
pub(crate) fn nearest_in(group: &str, typed: &str) -> Option<&'static str> {
    nearest(
        typed,
        in_group(group).filter_map(|command| command.name.split(' ').nth(1)),
    )
}

/// The commands of a group.
pub(crate) fn in_group(group: &str) -> impl Iterator<Item = &'static Command> {
    let prefix = format!("{group} ");
    COMMANDS
        .iter()
        .filter(move |command| command.name.starts_with(&prefix))
}

/// Every word that may stand first.
fn top_words() -> impl Iterator<Item = &'static str> {
    let groups = GROUPS.iter().map(|(word, _)| *word);
    let names = COMMANDS
        .iter()
        .filter(|c| !c.name.contains(' '))
        .map(|c| c.name);
    let aliases = COMMANDS.iter().flat_map(|c| c.aliases.iter().copied());
    groups.chain(names).chain(aliases)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_command_and_its_alias_are_the_same_command() {
        for (line, length) in [("job run x", 2), ("run x", 1)] {
            let Named::Command(command, used) = find(&words(line)) else {
                panic!("{line}")
            };
            assert_eq!((command.name, used), ("job run", length));
        }
    }

    #[test]
    fn unknown_words_get_the_nearest_known_one() {
        assert!(matches!(
            find(&words("statsu")),
            Named::Nothing(Some("status"))
        ));
        assert!(matches!(
            find(&words("nosuchcommand")),
            Named::Nothing(None)
        ));
        assert!(matches!(
            find(&words("job runn")),
            Named::Group("job", Some(_))
        ));
        assert_eq!(nearest_in("job", "runn"), Some("run"));
    }

    #[test]
    fn every_command_has_one_name_a_summary_and_flags_without_twins() {
        let mut seen = std::collections::BTreeSet::new();
        for command in COMMANDS {
            assert!(!command.summary.is_empty(), "{}", command.name);
            for name in std::iter::once(&command.name).chain(command.aliases) {
                assert!(seen.insert(*name), "{name} twice");
            }
            let mut flags = std::collections::BTreeSet::new();
            for flag in command.flags.iter().flat_map(|group| group.iter()) {
                assert!(
                    flags.insert(flag.name),
                    "{} has -{} twice",
                    command.name,
                    flag.name
                );
            }
        }
    }
}

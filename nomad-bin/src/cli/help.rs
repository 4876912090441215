//! Help texts, made from the tables of [`super::registry`].

use super::flag::{Flag, shared};
use super::registry::{COMMANDS, GROUPS, in_group};
use super::spec::Command;

/// Column at which help of flags begins.
const INDENT: usize = 4;
/// Width of help texts.
const WIDTH: usize = 78;

/// The words that the top-level help shows first.
const COMMON: &[&str] = &["run", "stop", "status", "alloc", "job", "node", "agent"];

/// Help of the whole program.
pub(crate) fn top() -> String {
    let mut common = Vec::new();
    let mut other: Vec<(&str, String)> = Vec::new();
    for (word, summary) in GROUPS {
        other.push((word, (*summary).to_owned()));
    }
    for command in COMMANDS {
        if !command.name.contains(' ') {
            other.push((command.name, command.summary.to_owned()));
        }
        if let Some(alias) = command.aliases.iter().find(|alias| COMMON.contains(alias)) {
            other.push((alias, command.summary.to_owned()));
        }
    }
    for word in COMMON {
        if let Some(at) = other.iter().position(|(name, _)| name == word) {
            common.push(other.remove(at));
        }
    }
    other.sort();
    format!(
        "Usage: nomad [-version] [-help] <command> [args]\n\nCommon commands:\n{}\nOther commands:\n{}",
        rows(&common),
        rows(&other)
    )
}

/// Help of a group word.
pub(crate) fn group(group: &str) -> String {
    let about = GROUPS
        .iter()
        .find(|(word, _)| *word == group)
        .map_or("", |(_, about)| about);
    let commands: Vec<(&str, String)> = in_group(group)
        .filter_map(|c| Some((c.name.split(' ').nth(1)?, c.summary.to_owned())))
        .collect();
    format!(
        "Usage: nomad {group} <subcommand> [options] [args]\n\n  {about}.\n\nSubcommands:\n{}",
        rows(&commands)
    )
}

fn rows(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    rows.iter()
        .map(|(word, summary)| format!("    {word:width$}    {summary}\n"))
        .collect()
}

/// Help of one command.
pub(crate) fn command(command: &Command) -> String {
    let mut text = format!("Usage: nomad {} {}\n", command.name, command.usage);
    if !command.aliases.is_empty() {
        text.push_str(&format!(
            "Alias: nomad {}\n",
            command.aliases.join(", nomad ")
        ));
    }
    let about = if command.about.is_empty() {
        command.summary
    } else {
        command.about
    };
    for paragraph in about.split("\n\n") {
        text.push('\n');
        text.push_str(&wrap(paragraph, 2));
    }
    let is_general = |group: &[Flag]| group.first().map(|f| f.name) == Some(shared::ADDRESS.name);
    for (title, general) in [("General Options", true), ("Options", false)] {
        let groups = command
            .flags
            .iter()
            .filter(|group| is_general(group) == general);
        let shown: Vec<&Flag> = groups
            .flat_map(|group| group.iter())
            .filter(|flag| !flag.hidden)
            .collect();
        if !shown.is_empty() {
            text.push_str(&format!("\n{title}:\n"));
        }
        for flag in shown {
            text.push_str(&format!(
                "\n  {}\n{}",
                flag.headline(),
                wrap(flag.help, INDENT)
            ));
        }
    }
    text
}

/// Breaks a paragraph into lines of at most [`WIDTH`] characters; indented lines stay as they are.
fn wrap(paragraph: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    if paragraph.starts_with(' ') {
        return paragraph
            .lines()
            .map(|line| format!("{margin}{line}\n"))
            .collect();
    }
    let mut text = String::new();
    let mut line = margin.clone();
    for word in paragraph.split_whitespace() {
        if line.len() > indent && line.len() + 1 + word.len() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            line.clone_from(&margin);
        }
        if line.len() > indent {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_help_shows_common_commands_first_and_each_word_once() {
        let help = top();
        let (common, other) = help.split_once("Other commands:").unwrap();
        for word in COMMON {
            assert!(
                common.contains(&format!("    {word} ")),
                "{word} in {common}"
            );
            assert!(!other.contains(&format!("\n    {word} ")), "{word} twice");
        }
        assert!(other.contains("    version "));
    }

    #[test]
    fn every_flag_that_is_not_hidden_stands_in_the_help_of_its_command() {
        for spec in COMMANDS {
            let help = command(spec);
            for flag in spec.flags.iter().flat_map(|group| group.iter()) {
                assert_eq!(
                    help.contains(&flag.headline()),
                    !flag.hidden,
                    "{} {}",
                    spec.name,
                    flag.name
                );
            }
            assert!(help.lines().all(|line| line.len() <= 100), "{}", spec.name);
        }
    }
}

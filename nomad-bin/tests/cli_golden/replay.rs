//! Runs recorded commands and compares.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use regex::Regex;

use crate::normal::normal;
use crate::recording::{Case, Recording};

/// How long a command is repeated until its output is as the recording wants it.
const UNTIL_MAX: Duration = Duration::from_secs(15);

/// How long a command may run before it is ended.
const COMMAND_MAX: Duration = Duration::from_secs(20);

/// Reads a stream to its end on a thread of its own.
fn read_aside(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// One run: where it happens and what was captured.
pub(crate) struct Replay<'a> {
    address: &'a str,
    work: PathBuf,
    captured: BTreeMap<String, String>,
    /// Recordings whose error text is another one here.
    pub(crate) own_words: Vec<String>,
}

impl<'a> Replay<'a> {
    pub(crate) fn new(address: &'a str, work: &Path) -> Self {
        let work = work.canonicalize().unwrap();
        Self {
            address,
            work,
            captured: BTreeMap::new(),
            own_words: Vec::new(),
        }
    }

    /// Runs a recording; `None` if all is as recorded, else what differs.
    pub(crate) fn run(&mut self, recording: &Recording) -> Option<String> {
        let case = &recording.case;
        for (name, text) in &case.files {
            std::fs::write(self.work.join(name), text).unwrap();
        }
        let mut words = Vec::new();
        for word in &recording.cmd {
            match self.filled(word) {
                Ok(word) => words.push(word),
                Err(name) => return Some(format!("nothing captured for {name}")),
            }
        }
        std::thread::sleep(Duration::from_secs_f64(case.wait));
        let output = self.until(&words, case);
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        self.capture(&stdout, case);
        let cwd = self.work.display().to_string();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut differences = String::new();
        let status = output.status.code().unwrap_or(-1);
        if status != recording.rc {
            differences.push_str(&format!("status {status} instead of {}\n", recording.rc));
        }
        for (name, ours, theirs) in [
            ("stdout", stdout, &recording.stdout),
            ("stderr", stderr, &recording.stderr),
        ] {
            let ours = normal(&ours, case, &cwd);
            // An error text may be better than the recorded one, on the same stream.
            let own_words = name == "stderr"
                && recording.rc != 0
                && ours.is_empty() == theirs.is_empty()
                && ours.trim_end() != theirs.trim_end();
            if own_words {
                self.own_words.push(recording.name.clone());
            } else if ours.trim_end() != theirs.trim_end() {
                differences.push_str(&format!("{name}\n<<< ours\n{ours}>>> theirs\n{theirs}\n"));
            }
        }
        for (name, there) in &recording.files {
            if self.work.join(name).exists() != *there {
                differences.push_str(&format!("file {name}\n"));
            }
        }
        (!differences.is_empty()).then_some(differences)
    }

    /// The word with captured values put in; the name of a missing one otherwise.
    fn filled(&self, word: &str) -> Result<String, String> {
        // Templates have braces of their own.
        let names = Regex::new(r"\{([A-Z]+)\}").unwrap();
        let mut out = word.to_owned();
        for found in names.captures_iter(word) {
            let value = self
                .captured
                .get(&found[1])
                .ok_or_else(|| found[1].to_owned())?;
            out = out.replace(&found[0], value);
        }
        Ok(out)
    }

    fn until(&self, words: &[String], case: &Case) -> Output {
        let wanted = case
            .until
            .as_ref()
            .map(|text| Regex::new(&format!("(?m){text}")).unwrap());
        let deadline = Instant::now() + UNTIL_MAX;
        loop {
            let output = self.once(words, case);
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            if wanted.as_ref().is_none_or(|wanted| wanted.is_match(&text))
                || Instant::now() > deadline
            {
                return output;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn once(&self, words: &[String], case: &Case) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nomad"))
            .args(words)
            .current_dir(&self.work)
            .env("NOMAD_ADDR", self.address)
            .env("NO_COLOR", "1")
            .env("TERM", "dumb")
            .env("TZ", "UTC")
            .envs(&case.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // The program may end without reading.
        let _ = stdin.write_all(case.stdin.as_deref().unwrap_or_default().as_bytes());
        drop(stdin);
        let stdout = read_aside(child.stdout.take().unwrap());
        let stderr = read_aside(child.stderr.take().unwrap());
        let deadline = Instant::now() + COMMAND_MAX;
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > deadline => {
                    child.kill().unwrap();
                    break child.wait().unwrap();
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        Output {
            status,
            stdout: stdout.join().unwrap(),
            stderr: stderr.join().unwrap(),
        }
    }

    fn capture(&mut self, stdout: &str, case: &Case) {
        for (name, pattern) in &case.capture {
            let pattern = Regex::new(&format!("(?m){pattern}")).unwrap();
            if let Some(found) = pattern.captures(stdout) {
                self.captured.insert(name.clone(), found[1].to_owned());
            }
        }
    }
}

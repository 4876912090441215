//! An agent as its own process, started from a configuration file.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::http;

/// How long anything may take that must come.
pub(crate) const COMES: Duration = Duration::from_secs(40);

/// Where an agent lives: directory, configuration file, ports.
pub(crate) struct Home {
    dir: tempfile::TempDir,
    pub(crate) ports: [u16; 3],
}

impl Home {
    /// A directory and free ports; `body` is what the file has besides them.
    pub(crate) fn new(body: &str) -> Self {
        let home = Self {
            dir: tempfile::tempdir().unwrap(),
            ports: free_ports(),
        };
        home.write(&home.dir.path().join("data"), body);
        home
    }

    /// Writes the configuration file anew, with another directory for data.
    pub(crate) fn write(&self, data: &Path, body: &str) {
        let [http, rpc, serf] = self.ports;
        let data = data.display();
        let text = format!(
            "data_dir = \"{data}\"\nbind_addr = \"127.0.0.1\"\nports {{\n  http = {http}\n  rpc = {rpc}\n  serf = {serf}\n}}\n{body}"
        );
        std::fs::write(self.file(), text).unwrap();
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("agent.hcl")
    }

    /// Starts the agent.
    pub(crate) fn start(&self) -> Agent {
        let output = self.dir.path().join("agent.log");
        let log = File::options()
            .create(true)
            .append(true)
            .open(&output)
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_nomad"))
            .args(["agent", "-config"])
            .arg(self.file())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Agent {
            child,
            http: self.ports[0],
            output,
        }
    }
}

/// Three free ports.
fn free_ports() -> [u16; 3] {
    let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

/// A started agent; killed, without its tasks, when dropped.
pub(crate) struct Agent {
    child: Child,
    pub(crate) http: u16,
    output: PathBuf,
}

impl Agent {
    /// What the agent has written so far.
    pub(crate) fn output(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }

    /// Ends the agent as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until the agent ends by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < COMES, "never ended: {}", self.output());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until what a path answers holds.
    pub(crate) fn until(&self, what: &str, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let answer = http::call(self.http, "GET", path, "");
            let value = match &answer {
                Ok((200, body)) => serde_json::from_str(body).unwrap_or(Value::Null),
                _ => Value::Null,
            };
            if holds(&value) {
                return value;
            }
            assert!(
                start.elapsed() < COMES,
                "never came: {what}; last answer {answer:?}; agent: {}",
                self.output()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits for a ready node.
    pub(crate) fn ready(&self) {
        self.until("a ready node", "/v1/nodes", |nodes| {
            nodes[0]["Status"] == "ready"
        });
    }

    /// Registers a job.
    pub(crate) fn run(&self, job: &Value) {
        let body = serde_json::json!({ "Job": job }).to_string();
        let (status, answer) = http::call(self.http, "PUT", "/v1/jobs", &body).unwrap();
        assert_eq!(status, 200, "{answer}");
    }

    /// The job's one allocation, once it runs.
    pub(crate) fn running(&self, job: &str) -> Value {
        let path = format!("/v1/job/{job}/allocations");
        let allocs = self.until("a running allocation", &path, |allocs| {
            allocs[0]["ClientStatus"] == "running"
        });
        assert_eq!(allocs.as_array().unwrap().len(), 1, "{allocs}");
        allocs[0].clone()
    }

    /// Lines that the allocation's task wrote, once there are this many.
    pub(crate) fn lines(&self, alloc: &Value, at_least: usize) -> Vec<String> {
        let id = alloc["ID"].as_str().unwrap();
        let path = format!("/v1/client/fs/logs/{id}?task=main&type=stdout&plain=true");
        let start = Instant::now();
        loop {
            let answer = http::call(self.http, "GET", &path, "");
            if let Ok((200, text)) = &answer {
                let whole = text.rfind('\n').map_or("", |end| &text[..end]);
                let lines: Vec<String> = whole.lines().map(str::to_owned).collect();
                if lines.len() >= at_least {
                    return lines;
                }
            }
            assert!(start.elapsed() < COMES, "never so many lines: {answer:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops a job and waits until nothing of it runs.
    pub(crate) fn stop(&self, job: &str) {
        let path = format!("/v1/job/{job}");
        http::call(self.http, "DELETE", &path, "").unwrap();
        self.until("its end", &format!("{path}/allocations"), |allocs| {
            allocs
                .as_array()
                .is_some_and(|all| all.iter().all(|alloc| alloc["ClientStatus"] == "complete"))
        });
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

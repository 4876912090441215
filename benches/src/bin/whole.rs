//! Whole runs of the binary, from outside: start, memory, time to run, registrations per second.
//!
//! `cargo build --release && cargo run --release -p benches --bin whole -- target/release/nomad`
//!
//! Prints one line per figure. It judges nothing: a timing is never a test.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const ADDRESS: &str = "127.0.0.1:24646";
/// How long anything may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Outcome<()> {
    let program = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/release/nomad".to_owned());
    let program = std::fs::canonicalize(program)?.display().to_string();
    println!(
        "binary: {:.1} MiB",
        std::fs::metadata(&program)?.len() as f64 / 1_048_576.0
    );
    println!("`nomad version`: median {:?} of 21", version(&program)?);
    let data = tempfile::tempdir()?;
    let started = Instant::now();
    let mut agent = Agent::start(&program, data.path())?;
    println!("agent to leader and node ready: {:?}", started.elapsed());
    let one = run("one", 1)?;
    println!("raw_exec, submit to running, one: {one:?}");
    println!(
        "memory of its supervisor: {} KiB private (PSS {})",
        supervisor("Private_Dirty")?,
        supervisor("Pss")?
    );
    println!(
        "raw_exec, submit to running, 100 at once: {:?}",
        run("hundred", 100)?
    );
    stop("one")?;
    stop("hundred")?;
    println!(
        "registrations: {:.0}/s with 16 connections",
        registrations(16, 200)?
    );
    let idle = std::env::args()
        .nth(2)
        .and_then(|secs| secs.parse().ok())
        .unwrap_or(60);
    std::thread::sleep(Duration::from_secs(idle));
    println!(
        "memory of the agent {idle} s later: {} KiB RSS",
        agent.memory()?
    );
    agent.end()
}

fn version(program: &str) -> Outcome<Duration> {
    let mut times = Vec::new();
    for _ in 0..21 {
        let started = Instant::now();
        Command::new(program)
            .arg("version")
            .stdout(Stdio::null())
            .status()?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(10).copied().unwrap_or_default())
}

/// A durable agent in a process of its own.
struct Agent(Child);

impl Agent {
    fn start(program: &str, data: &std::path::Path) -> Outcome<Self> {
        let config = data.join("agent.hcl");
        let text = format!(
            "bind_addr = \"127.0.0.1\"\nlog_level = \"ERROR\"\ndata_dir = \"{}\"\n\
             ports {{\n  http = 24646\n  rpc = 24647\n}}\nserver {{\n  enabled = true\n  bootstrap_expect = 1\n}}\n\
             client {{\n  enabled = true\n  cpu_total_compute = 100000\n  memory_total_mb = 100000\n}}\n\
             plugin \"raw_exec\" {{\n  config {{\n    enabled = true\n  }}\n}}\n",
            data.join("data").display()
        );
        std::fs::write(&config, text)?;
        let mut command = Command::new(program);
        command
            .arg("agent")
            .arg("-config")
            .arg(&config)
            .stdout(Stdio::null());
        let agent = Self(command.spawn()?);
        until(|| {
            Ok(get("/v1/nodes")?.as_array().is_some_and(|all| {
                all.iter()
                    .any(|node| node.get("Status") == Some(&json!("ready")))
            }))
        })?;
        Ok(agent)
    }

    fn memory(&mut self) -> Outcome<u64> {
        field(&format!("/proc/{}/status", self.0.id()), "VmRSS:")
    }

    fn end(mut self) -> Outcome<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

/// A number of KiB behind a name in a file of `/proc`.
fn field(path: &str, name: &str) -> Outcome<u64> {
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    Ok(line
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0))
}

fn supervisor(name: &str) -> Outcome<u64> {
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let path = entry.path();
        let words = std::fs::read_to_string(path.join("cmdline")).unwrap_or_default();
        if words.split('\0').nth(1) == Some("executor") {
            return field(
                &path.join("smaps_rollup").display().to_string(),
                &format!("{name}:"),
            );
        }
    }
    Ok(0)
}

fn until(mut holds: impl FnMut() -> Outcome<bool>) -> Outcome<()> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if holds().unwrap_or(false) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err("it took too long".into())
}

fn job(id: &str, count: u64) -> Value {
    json!({"Job": {"ID": id, "TaskGroups": [{
        "Name": "g", "Count": count, "EphemeralDisk": {"SizeMB": 120},
        "Tasks": [{
            "Name": "t", "Driver": "raw_exec",
            "Config": {"command": "/bin/sleep", "args": ["3600"]},
            "Resources": {"CPU": 10, "MemoryMB": 10},
        }],
    }]}})
}

fn run(id: &str, count: u64) -> Outcome<Duration> {
    let started = Instant::now();
    request("POST", "/v1/jobs", &job(id, count).to_string())?;
    let running = |summary: &Value| {
        summary
            .pointer("/Summary/g/Running")
            .and_then(Value::as_u64)
    };
    until(|| Ok(running(&get(&format!("/v1/job/{id}/summary"))?) == Some(count)))?;
    Ok(started.elapsed())
}

fn stop(id: &str) -> Outcome<()> {
    request("DELETE", &format!("/v1/job/{id}?purge=true"), "")?;
    Ok(())
}

/// Registers jobs of no allocations from many connections, each after the answer to the last.
fn registrations(connections: usize, each: usize) -> Outcome<f64> {
    let started = Instant::now();
    let threads: Vec<_> = (0..connections)
        .map(|thread| {
            std::thread::spawn(move || {
                for at in 0..each {
                    let body = job(&format!("r-{thread}-{at}"), 0).to_string();
                    request("POST", "/v1/jobs", &body).map_err(|error| error.to_string())?;
                }
                Ok::<(), String>(())
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a thread panicked")??;
    }
    Ok((connections * each) as f64 / started.elapsed().as_secs_f64())
}

fn get(path: &str) -> Outcome<Value> {
    Ok(serde_json::from_str(&request("GET", path, "")?)?)
}

/// One request on a connection of its own; the body of a good answer.
fn request(method: &str, path: &str, body: &str) -> Outcome<String> {
    let mut stream = TcpStream::connect(ADDRESS)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {ADDRESS}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or("an answer without end of headers")?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(format!("{method} {path}: {head}: {body}").into());
    }
    Ok(body.to_owned())
}

//! An agent as the recordings had it: server and client in one, on the loopback device.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the agent has until its node is ready.
const READY_MAX: Duration = Duration::from_secs(30);

/// A running agent; ends with this value.
pub(crate) struct Agent {
    pub(crate) address: String,
    child: Child,
    _data: tempfile::TempDir,
}

impl Agent {
    /// Starts an agent and waits for its node.
    pub(crate) fn start() -> Result<Self, String> {
        let data = tempfile::tempdir().unwrap();
        let ports: Vec<u16> = (0..3)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect::<Vec<_>>()
            .iter()
            .map(|listener| listener.local_addr().unwrap().port())
            .collect();
        let config = data.path().join("agent.hcl");
        std::fs::write(
            &config,
            config_text(&data.path().display().to_string(), &ports),
        )
        .unwrap();
        let log = data.path().join("agent.log");
        let file = std::fs::File::create(&log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_nomad"))
            .args(["agent", "-config"])
            .arg(&config)
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let address = format!("http://127.0.0.1:{}", ports[0]);
        let mut agent = Self {
            address,
            child,
            _data: data,
        };
        let deadline = Instant::now() + READY_MAX;
        while Instant::now() < deadline {
            if let Some(status) = agent.child.try_wait().unwrap() {
                let text = std::fs::read_to_string(&log).unwrap_or_default();
                let end: Vec<&str> = text.lines().rev().take(5).collect();
                return Err(format!(
                    "the agent ended with {status}: {}",
                    end.join(" | ")
                ));
            }
            if agent.is_ready() {
                return Ok(agent);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(format!("no ready node within {READY_MAX:?}"))
    }

    fn is_ready(&self) -> bool {
        let output = Command::new(env!("CARGO_BIN_EXE_nomad"))
            .args(["node", "status", "-address", &self.address])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).contains(" ready")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        let pid = self.child.id().to_string();
        // An orderly end first, so that tasks are not left behind.
        let _ = Command::new("kill").args(["-INT", &pid]).status();
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config_text(data: &str, ports: &[u16]) -> String {
    format!(
        r#"name       = "gold1"
region     = "global"
datacenter = "dc1"
data_dir   = "{data}/data"
bind_addr  = "127.0.0.1"

ports {{
  http = {http}
  rpc  = {rpc}
  serf = {serf}
}}

server {{
  enabled          = true
  bootstrap_expect = 1
}}

client {{
  enabled = true
  meta {{
    rack = "r1"
  }}
}}

plugin "raw_exec" {{
  config {{
    enabled = true
  }}
}}
"#,
        http = ports[0],
        rpc = ports[1],
        serf = ports[2],
    )
}

//! A headless Chromium, driven over WebDriver.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};

use super::http;

/// How long a condition may take to hold.
const PATIENCE: Duration = Duration::from_secs(15);
const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// One browser at a time: they are heavy, and two cores are few.
static ONE: Mutex<()> = Mutex::new(());

/// A browser window with a profile of its own; gone with its profile when dropped.
pub(crate) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    _profile: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    /// Starts a browser, or says aloud why the test is skipped. With `NOMAD_UI=1` (CI) nothing is skipped.
    pub(crate) fn start(size: (u32, u32)) -> Option<Browser> {
        match Browser::missing() {
            None => Some(Browser::launch(size)),
            Some(reason) if std::env::var("NOMAD_UI").is_ok_and(|wish| wish == "1") => {
                panic!("{reason}")
            }
            Some(reason) => {
                println!("skipped: {reason}");
                None
            }
        }
    }

    fn missing() -> Option<&'static str> {
        if !nomad_bin::ui::is_full() {
            return Some("the plain page is embedded; build with Node.js to test the UI");
        }
        if chromium().is_none() {
            return Some("no Chromium in PATH");
        }
        in_path("chromedriver")
            .is_none()
            .then_some("no chromedriver in PATH (Debian: chromium-driver)")
    }

    fn launch(size: (u32, u32)) -> Browser {
        let turn = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = tempfile::tempdir().expect("a profile folder");
        let mut driver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, announced_port(&mut driver)));
        let mut browser = Browser {
            driver,
            address,
            session: String::new(),
            _profile: profile,
            _turn: turn,
        };
        let wish = browser.capabilities(size);
        let session = browser.command("POST", "/session", &wish);
        browser.session = session["sessionId"]
            .as_str()
            .expect("a session id")
            .to_owned();
        browser
    }

    fn capabilities(&self, (width, height): (u32, u32)) -> Value {
        let profile = format!("--user-data-dir={}", self._profile.path().display());
        let size = format!("--window-size={width},{height}");
        json!({"capabilities": {"alwaysMatch": {
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "binary": chromium(),
                "args": ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", profile, size],
            },
        }}})
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let (status, mut answer) =
            http::call(self.address, method, path, &body).expect("chromedriver answers");
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer["value"].take()
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.command(method, &format!("/session/{}{path}", self.session), body)
    }

    /// Opens an address.
    pub(crate) fn open(&self, url: &str) {
        self.ask("POST", "/url", &json!({ "url": url }));
    }

    pub(crate) fn back(&self) {
        self.ask("POST", "/back", &json!({}));
    }

    /// Runs a script and returns what it returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.ask(
            "POST",
            "/execute/sync",
            &json!({"script": script, "args": []}),
        )
    }

    /// Runs a script that calls `arguments[0]` with its result.
    pub(crate) fn run_until_done(&self, script: &str) -> Value {
        self.ask(
            "POST",
            "/execute/async",
            &json!({"script": script, "args": []}),
        )
    }

    /// The visible text of the first element that matches.
    pub(crate) fn text(&self, selector: &str) -> String {
        let script = format!(
            "return document.querySelector({})?.innerText ?? ''",
            json!(selector)
        );
        self.run(&script).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the element's text contains this; fails with the page's text if it never does.
    pub(crate) fn wait_for(&self, selector: &str, text: &str) {
        let script = format!(
            "return (document.querySelector({})?.innerText ?? '').includes({})",
            json!(selector),
            json!(text)
        );
        self.wait_until(&format!("{selector:?} says {text:?}"), &script);
    }

    /// Waits until the script returns true.
    pub(crate) fn wait_until(&self, what: &str, script: &str) {
        let start = Instant::now();
        while self.run(script) != Value::Bool(true) {
            if start.elapsed() > PATIENCE {
                self.screenshot("failed");
                panic!("never came: {what}; the page says:\n{}", self.text("body"));
            }
            thread::sleep(Duration::from_millis(30));
        }
    }

    /// A real click in the middle of the first element that matches.
    pub(crate) fn click(&self, selector: &str) {
        let found = self.ask(
            "POST",
            "/element",
            &json!({"using": "css selector", "value": selector}),
        );
        let id = found
            .as_object()
            .and_then(|found| found.values().next())
            .and_then(Value::as_str)
            .expect("an element")
            .to_owned();
        self.ask("POST", &format!("/element/{id}/click"), &json!({}));
    }

    /// Presses keys one after the other, into whatever has the focus.
    pub(crate) fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [
                    json!({"type": "keyDown", "value": key}),
                    json!({"type": "keyUp", "value": key}),
                ]
            })
            .collect();
        self.ask(
            "POST",
            "/actions",
            &json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]}),
        );
    }

    /// Makes the system prefer a theme.
    pub(crate) fn prefer(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.ask(
            "POST",
            "/goog/cdp/execute",
            &json!({"cmd": "Emulation.setEmulatedMedia", "params": features}),
        );
    }

    /// Saves what the window shows below the target folder.
    pub(crate) fn screenshot(&self, name: &str) -> PathBuf {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("ui-{name}.png"));
        let png = self.ask("GET", "/screenshot", &Value::Null);
        fs::write(&path, decode_base64(png.as_str().expect("a picture")))
            .expect("the picture is written");
        path
    }

    /// Sum of all layout shifts that nobody asked for since the page was opened, and what moved.
    pub(crate) fn layout_shift(&self) -> (f64, Value) {
        let found = self.run_until_done(
            "const done = arguments[0], moved = []; let sum = 0;
             const observer = new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
                 if (entry.hadRecentInput) return;
                 sum += entry.value;
                 entry.sources.forEach((source) => moved.push(`${source.node?.nodeName} ${source.node?.textContent?.slice(0, 40)}`));
             }));
             observer.observe({ type: 'layout-shift', buffered: true });
             setTimeout(() => done([sum, moved]), 150);",
        );
        (found[0].as_f64().expect("a sum"), found[1].clone())
    }

    /// What the browser complained about since the last call, but for requests that failed.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", &json!({"type": "browser"}));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry["source"] != "network")
            .map(|entry| entry["message"].to_string())
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = http::call(
            self.address,
            "DELETE",
            &format!("/session/{}", self.session),
            "",
        );
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn announced_port(driver: &mut Child) -> u16 {
    let lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
    let mut lines = lines.map_while(Result::ok);
    let port = lines.find_map(|line| {
        line.rsplit_once("successfully on port ")
            .and_then(|(_, port)| port.trim_end_matches('.').parse().ok())
    });
    // Its output is read to the end, so that it never waits for a reader.
    thread::spawn(move || lines.for_each(drop));
    port.expect("chromedriver says its port")
}

fn chromium() -> Option<PathBuf> {
    CHROMIUMS.iter().find_map(|name| in_path(name))
}

fn in_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn decode_base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sextets: Vec<u32> = text
        .bytes()
        .filter_map(|letter| LETTERS.iter().position(|one| *one == letter))
        .map(|at| at as u32)
        .collect();
    let mut bytes = Vec::with_capacity(sextets.len() * 3 / 4);
    for group in sextets.chunks(4) {
        let word = group
            .iter()
            .enumerate()
            .fold(0, |word, (at, sextet)| word | sextet << (18 - 6 * at));
        bytes.extend_from_slice(&word.to_be_bytes()[1..group.len()]);
    }
    bytes
}

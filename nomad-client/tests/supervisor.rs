//! Supervisors with real processes: exit codes, signals, leftovers, output, and the agent's death.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nomad_client::cgroups::Group;
use nomad_client::drivers::LogLimits;
use nomad_client::executor::{
    AttachError, ExitRecord, LaunchError, LaunchSpec, LaunchStep, LogOrder, Order, Supervisor,
    SupervisorProgram, TaskEnd,
};
use nomad_client::signals::Signal;

/// A place for one test's task.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("logs")).unwrap();
        Self { dir }
    }

    fn spec(&self, name: &str, script: &str) -> LaunchSpec {
        LaunchSpec {
            supervisor: SupervisorProgram::at(env!("CARGO_BIN_EXE_nomad-executor")),
            state_dir: self.dir.path().join("state").join(name),
            order: Order {
                program: PathBuf::from("/bin/sh"),
                args: vec!["-c".to_owned(), script.to_owned()],
                env: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
                work_dir: self.dir.path().to_owned(),
                account: None,
                group: Group::default(),
                logs: Some(LogOrder::new(
                    self.dir.path().join("logs"),
                    "t",
                    LogLimits {
                        max_files: 3,
                        max_file_bytes: 1 << 20,
                    },
                )),
                oom_score_adj: 0,
            },
        }
    }

    async fn launch(&self, script: &str) -> Supervisor {
        Supervisor::launch(self.spec("run", script)).await.unwrap()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }

    fn stdout(&self) -> String {
        self.read("logs/t.stdout.0")
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }
}

async fn end(supervisor: &Supervisor) -> ExitRecord {
    let end = tokio::time::timeout(Duration::from_secs(20), supervisor.wait())
        .await
        .unwrap();
    let TaskEnd::Seen(record) = end else {
        panic!("{end:?}")
    };
    record
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "waited 10 s until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[tokio::test]
async fn a_command_runs_and_its_exit_and_output_are_kept() {
    let place = Place::new();
    let supervisor = place.launch("echo out; echo err >&2; pwd; exit 7").await;
    let record = end(&supervisor).await;
    assert_eq!(
        (record.code, record.signal, record.oom_killed),
        (7, 0, false)
    );
    assert!(record.at >= record.started_at);
    let cwd = place.path().canonicalize().unwrap();
    assert_eq!(place.stdout(), format!("out\n{}\n", cwd.display()));
    assert_eq!(place.read("logs/t.stderr.0"), "err\n");
}

#[tokio::test]
async fn a_signal_death_is_told_as_128_and_the_signal() {
    let place = Place::new();
    let record = end(&place.launch("kill -9 $$").await).await;
    assert_eq!((record.code, record.signal), (137, 9));
}

#[tokio::test]
async fn a_command_that_cannot_run_is_an_error_and_leaves_nothing() {
    let place = Place::new();
    let mut spec = place.spec("run", "");
    spec.order.program = PathBuf::from("/no/such/program");
    let state_dir = spec.state_dir.clone();
    let Err(error) = Supervisor::launch(spec).await else {
        panic!("it runs")
    };
    let LaunchError::Step {
        step: LaunchStep::Run,
        errno: 2,
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert!(error.to_string().contains("/no/such/program"), "{error}");
    assert!(!state_dir.exists());

    let mut spec = place.spec("run", "true");
    spec.order.work_dir = PathBuf::from("/no/such/dir");
    let Err(error) = Supervisor::launch(spec).await else {
        panic!("it runs")
    };
    assert!(
        matches!(
            error,
            LaunchError::Step {
                step: LaunchStep::WorkDir,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn stop_asks_first_and_kills_later() {
    let place = Place::new();
    let polite = place.launch("trap 'echo bye; exit 3' INT; echo up; while :; do sleep 0.01; done");
    let polite = polite.await;
    until("the trap is set", || place.stdout().contains("up")).await;
    polite
        .stop(Signal::INT, Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(end(&polite).await.code, 3);
    assert_eq!(place.stdout(), "up\nbye\n");

    let place = Place::new();
    let deaf = place
        .launch("trap '' INT TERM; echo up; while :; do sleep 0.01; done")
        .await;
    until("the trap is set", || place.stdout().contains("up")).await;
    let asked = Instant::now();
    deaf.stop(Signal::TERM, Duration::from_millis(200))
        .await
        .unwrap();
    assert!(asked.elapsed() >= Duration::from_millis(200));
    assert_eq!(end(&deaf).await.signal, 9);
}

#[tokio::test]
async fn a_signal_reaches_the_main_process() {
    let place = Place::new();
    let task = place.launch("trap 'echo got; exit 0' USR1; echo up; while :; do sleep 0.01; done");
    let task = task.await;
    until("the trap is set", || place.stdout().contains("up")).await;
    task.signal("SIGUSR1".parse().unwrap()).await.unwrap();
    assert_eq!(end(&task).await.code, 0);
    assert_eq!(place.stdout(), "up\ngot\n");
    assert!(task.signal(Signal::TERM).await.is_err(), "it has ended");
}

#[tokio::test]
async fn a_child_in_a_session_of_its_own_dies_with_its_task_without_cgroups() {
    let place = Place::new();
    let task = place.launch("setsid sh -c 'echo $$ > kid; exec sleep 987' & sleep 0.1; exit 0");
    let task = task.await;
    until("the child runs", || !place.read("kid").is_empty()).await;
    let record = end(&task).await;
    assert_eq!((record.code, record.has_leftovers), (0, false));
    assert!(!is_alive(&place.read("kid")));
}

#[tokio::test]
async fn a_new_agent_finds_the_task_its_exit_and_all_its_output() {
    let place = Place::new();
    let script =
        "i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); sleep 0.001; done; exit 5";
    let first = place.launch(script).await;
    let stored = serde_json::to_string(first.handle()).unwrap();
    drop(first);
    let handle = serde_json::from_str(&stored).unwrap();
    let second = Supervisor::attach(&handle).unwrap();
    assert!(second.is_running());
    assert_eq!(end(&second).await.code, 5);
    let lines: Vec<String> = place.stdout().lines().map(str::to_owned).collect();
    let wanted: Vec<String> = (0..300).map(|i| format!("line {i}")).collect();
    assert_eq!(lines, wanted);
    // An agent that comes even later still learns the exit.
    let third = Supervisor::attach(&handle).unwrap();
    assert!(!third.is_running());
    assert_eq!(end(&third).await.code, 5);
}

#[tokio::test]
async fn a_killed_supervisor_is_told_honestly_and_its_task_is_removed() {
    let place = Place::new();
    // Without output, so that the closed pipe does not end it.
    let mut spec = place.spec(
        "run",
        "setsid sh -c 'echo $$ > kid; exec sleep 986' & exec sleep 987",
    );
    spec.order.logs = None;
    for (name, value) in [("NOMAD_ALLOC_ID", "a-test"), ("NOMAD_TASK_NAME", "orphan")] {
        spec.order.env.insert(name.to_owned(), value.to_owned());
    }
    let supervisor = Supervisor::launch(spec).await.unwrap();
    let handle = supervisor.handle().clone();
    until("the child runs", || !place.read("kid").is_empty()).await;
    let pid = nix::unistd::Pid::from_raw(handle.supervisor.pid);
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    assert_eq!(supervisor.wait().await, TaskEnd::Lost { task_alive: true });
    let again = Supervisor::attach(&handle);
    assert!(
        matches!(again, Err(AttachError::Lost { task_alive: true })),
        "{again:?}"
    );
    assert!(handle.kill_remains(Duration::from_secs(5)));
    assert!(matches!(
        Supervisor::attach(&handle),
        Err(AttachError::Lost { task_alive: false })
    ));
    assert!(!handle.task.is_alive());
    assert!(
        !is_alive(&place.read("kid")),
        "it left the session and was found by its marks"
    );
}

#[tokio::test]
async fn a_handle_of_an_earlier_boot_never_touches_a_process() {
    let place = Place::new();
    let supervisor = place.launch("exec sleep 987").await;
    let mut old = supervisor.handle().clone();
    old.boot_id = "another-boot".to_owned();
    assert!(matches!(
        Supervisor::attach(&old),
        Err(AttachError::Rebooted)
    ));
    assert!(old.kill_remains(Duration::from_secs(1)));
    assert!(supervisor.handle().task.is_alive());
    supervisor.stop(Signal::KILL, Duration::ZERO).await.unwrap();
}

/// A line of `/proc/<pid>/smaps_rollup` in KiB.
fn smaps_kib(pid: i32, key: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text
        .lines()
        .find(|line| line.starts_with(key))
        .unwrap_or_default()
        .to_owned();
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0)
}

/// Prints what a supervisor costs; asserts only what no machine should exceed by far.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_is_quick_to_start_and_small() {
    let place = Place::new();
    let start = Instant::now();
    let one = place.launch("echo x; exec sleep 982").await;
    let one_at = start.elapsed();
    until("the output is copied", || place.stdout() == "x\n").await;
    let pid = one.handle().supervisor.pid;
    let private = smaps_kib(pid, "Private_Dirty") + smaps_kib(pid, "Private_Clean");
    eprintln!(
        "one supervisor: running after {one_at:?}; RSS {} KiB, PSS {} KiB, private {private} KiB \
         (dirty {} KiB)",
        smaps_kib(pid, "Rss"),
        smaps_kib(pid, "Pss:"),
        smaps_kib(pid, "Private_Dirty"),
    );
    assert!(
        smaps_kib(pid, "Private_Dirty") < 1_536,
        "the goal is 1.5 MiB"
    );
    one.stop(Signal::KILL, Duration::ZERO).await.unwrap();

    let start = Instant::now();
    let hundred = (0..100).map(|n| {
        let mut spec = place.spec(&format!("many{n}"), "exec sleep 982");
        spec.order.logs = None;
        tokio::spawn(Supervisor::launch(spec))
    });
    let mut running = Vec::new();
    for launch in hundred.collect::<Vec<_>>() {
        running.push(launch.await.unwrap().unwrap());
    }
    eprintln!("100 at once: all running after {:?}", start.elapsed());
    let start = Instant::now();
    for supervisor in &running {
        supervisor.stop(Signal::KILL, Duration::ZERO).await.unwrap();
    }
    eprintln!("100 one after another: stopped after {:?}", start.elapsed());
}

/// Names the file where the agent's stand-in writes its handle; set only for that process.
const STAND_IN: &str = "NOMAD_TEST_AGENT_STAND_IN";

/// Not a test of its own: the agent that the next test kills. It starts a task, stores the handle and
/// stays.
#[tokio::test]
async fn agent_stand_in() {
    let Ok(place) = std::env::var(STAND_IN) else {
        return;
    };
    let place = PathBuf::from(place);
    let script =
        "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); sleep 0.002; done; exit 9";
    let mut spec = Place::new().spec("run", script);
    spec.state_dir = place.join("state/run");
    spec.order.work_dir = place.clone();
    spec.order.logs = spec.order.logs.map(|logs| LogOrder {
        dir: place.join("logs"),
        ..logs
    });
    let supervisor = Supervisor::launch(spec).await.unwrap();
    let handle = serde_json::to_string(supervisor.handle()).unwrap();
    std::fs::write(place.join("handle.new"), handle).unwrap();
    std::fs::rename(place.join("handle.new"), place.join("handle")).unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[tokio::test]
async fn kill_9_of_the_agent_loses_neither_task_nor_exit_nor_output() {
    let place = Place::new();
    let mut agent = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "agent_stand_in"])
        .env(STAND_IN, place.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("the agent has stored the handle", || {
        place.path().join("handle").exists()
    })
    .await;
    until("the task is at work", || {
        place.stdout().contains("line 20\n")
    })
    .await;
    agent.kill().unwrap();
    agent.wait().unwrap();
    let lines_then = place.stdout().lines().count();
    let handle = serde_json::from_str(&place.read("handle")).unwrap();
    let again = Supervisor::attach(&handle).unwrap();
    assert!(again.is_running(), "same process, still at work");
    assert_eq!(end(&again).await.code, 9);
    let lines: Vec<String> = place.stdout().lines().map(str::to_owned).collect();
    assert!(lines.len() > lines_then);
    assert_eq!(
        lines,
        (0..400).map(|i| format!("line {i}")).collect::<Vec<_>>()
    );
}

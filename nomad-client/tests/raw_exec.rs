//! The driver `raw_exec` with real processes; as root also with control groups and users.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nomad_client::cgroups::{Hierarchy, Tree};
use nomad_client::drivers::raw_exec::{RawExec, RawExecRules};
use nomad_client::drivers::{
    Driver, DriverHealth, ExitResult, LogLimits, MemoryMax, RecoverError, StartError, TaskDirs,
    TaskError, TaskHandle, TaskOwner, TaskResources, TaskRunId, TaskSpec,
};
use nomad_client::executor::SupervisorProgram;
use nomad_client::fs::AllocLayout;
use nomad_client::signals::Signal;
use nomad_core::id::{AllocId, NodeId, TaskName};
use serde_json::json;

struct Bench {
    dir: tempfile::TempDir,
    layout: AllocLayout,
    alloc: AllocId,
    tree: Option<Tree>,
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

impl Bench {
    /// Plain processes.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let alloc = AllocId::from_random(rand_bytes());
        let layout = AllocLayout::new(dir.path(), alloc, false);
        layout.build_shared().unwrap();
        Self {
            dir,
            layout,
            alloc,
            tree: None,
        }
    }

    /// With control groups, where they can be made.
    fn with_cgroups(name: &str) -> Option<Self> {
        if !is_root() {
            eprintln!("skipped: control groups need root");
            return None;
        }
        let Some(hierarchy) = Hierarchy::of_host() else {
            eprintln!("skipped: this machine has no control groups");
            return None;
        };
        let tree = Tree::new(
            hierarchy,
            &format!("nomad-test-{name}-{}.slice", std::process::id()),
        );
        if let Err(error) = tree.prepare() {
            eprintln!("skipped: control groups cannot be made: {error}");
            return None;
        }
        let mut bench = Self::new();
        bench.tree = Some(tree);
        Some(bench)
    }

    fn driver(&self, rules: RawExecRules) -> RawExec {
        let program = SupervisorProgram::at(env!("CARGO_BIN_EXE_nomad-executor"));
        RawExec::new(
            RawExecRules {
                enabled: true,
                ..rules
            },
            program,
            self.tree.clone(),
            2_000.0,
        )
    }

    fn spec(&self, attempt: u32, config: serde_json::Value) -> TaskSpec {
        let task: TaskName = "t".parse().unwrap();
        let paths = self.layout.build_task(&task, 0).unwrap();
        let serde_json::Value::Object(config) = config else {
            panic!("no object")
        };
        TaskSpec {
            run: TaskRunId {
                alloc: self.alloc,
                task: task.clone(),
                attempt,
            },
            owner: TaskOwner {
                alloc: self.alloc,
                group: "g".parse().unwrap(),
                task,
                job: nomad_core::id::JobKey::default(),
                job_name: "j".to_owned(),
                node: NodeId::from_random([7; 16]),
                node_name: "n".to_owned(),
            },
            config,
            env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
            user: None,
            resources: TaskResources {
                cpu_mhz: 100,
                cores: vec![],
                memory_mib: 64,
                memory_max: MemoryMax::AsReserved,
                pids_max: None,
            },
            ports: vec![],
            dirs: TaskDirs {
                alloc: self.layout.root().to_owned(),
                shared: self.layout.shared(),
                logs: self.layout.logs(),
                task: paths.task,
                local: paths.local,
                secrets: paths.secrets,
                private: paths.private,
                state: self.dir.path().join("state"),
            },
            logs: Some(LogLimits {
                max_files: 2,
                max_file_bytes: 1 << 20,
            }),
            events: tokio::sync::mpsc::channel(1).0,
        }
    }

    fn shell(&self, script: &str) -> TaskSpec {
        self.spec(1, json!({"command": "/bin/sh", "args": ["-c", script]}))
    }

    fn log(&self, stream: &str) -> String {
        let path = self.layout.logs().join(format!("t.{stream}.0"));
        std::fs::read_to_string(path).unwrap_or_default()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(tree) = &self.tree {
            tree.remove_if_empty();
        }
    }
}

fn rand_bytes() -> [u8; 16] {
    use std::hash::{BuildHasher, RandomState};
    let word = || u128::from(RandomState::new().hash_one(1u8));
    (word() << 64 | word()).to_le_bytes()
}

async fn wait(driver: &RawExec, handle: &TaskHandle) -> ExitResult {
    let wait = tokio::time::timeout(Duration::from_secs(20), driver.wait(handle));
    wait.await.unwrap().unwrap()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "waited 10 s until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_task_is_started_waited_for_inspected_and_destroyed() {
    let bench = Bench::new();
    let driver = bench.driver(RawExecRules::default());
    let handle = driver
        .start(bench.shell("echo hello; exit 4"))
        .await
        .unwrap()
        .handle;
    assert_eq!(wait(&driver, &handle).await.message(), "Exit Code: 4");
    driver.recover(&handle).await.unwrap();
    let seen = driver.inspect(&handle).await.unwrap();
    assert_eq!(
        (seen.running, seen.exit.map(|exit| exit.code)),
        (false, Some(4))
    );
    assert_eq!(bench.log("stdout"), "hello\n");
    assert!(matches!(
        driver.start(bench.shell("true")).await,
        Err(StartError::AlreadyStarted(_))
    ));
    driver.destroy(&handle, false).await.unwrap();
    driver.destroy(&handle, false).await.unwrap();
    assert!(matches!(
        driver.wait(&handle).await,
        Err(TaskError::NotFound(_))
    ));
}

#[tokio::test]
async fn a_running_task_is_destroyed_only_by_force() {
    let bench = Bench::new();
    let driver = bench.driver(RawExecRules::default());
    let handle = driver.start(bench.shell("sleep 985")).await.unwrap().handle;
    assert!(matches!(
        driver.destroy(&handle, false).await,
        Err(TaskError::StillRunning)
    ));
    assert!(driver.inspect(&handle).await.unwrap().running);
    let usage = driver.stats(&handle).await.unwrap();
    assert!(usage.resource_usage.memory_stats.rss > 0, "{usage:?}");
    driver.destroy(&handle, true).await.unwrap();
    assert!(matches!(
        driver.recover(&handle).await,
        Err(RecoverError::NotFound(_))
    ));
}

#[tokio::test]
async fn a_command_is_looked_for_in_the_task_first_and_then_in_the_path() {
    let bench = Bench::new();
    let driver = bench.driver(RawExecRules::default());
    let mut spec = bench.spec(1, json!({"command": "local/run.sh"}));
    std::fs::write(spec.dirs.local.join("run.sh"), "#!/bin/sh\necho $0; pwd").unwrap();
    let handle = driver.start(spec.clone()).await.unwrap().handle;
    wait(&driver, &handle).await;
    let task = spec.dirs.task.display().to_string();
    assert_eq!(
        bench.log("stdout"),
        format!("{task}/local/run.sh\n{task}\n")
    );

    spec = bench.spec(2, json!({"command": "sh", "args": ["-c", "echo ok $0"]}));
    let handle = driver.start(spec).await.unwrap().handle;
    wait(&driver, &handle).await;
    assert!(
        bench.log("stdout").ends_with("ok /usr/bin/sh\n"),
        "{}",
        bench.log("stdout")
    );

    let error = driver
        .start(bench.spec(3, json!({"command": "no-such"})))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("binary \"no-such\" could not be found (looked in "),
        "{error}"
    );
    assert!(!error.is_recoverable());
}

#[tokio::test]
async fn denied_variables_and_users_do_not_pass() {
    let bench = Bench::new();
    let rules = RawExecRules {
        denied_envvars: vec!["SECRET_*".to_owned()],
        denied_host_uids: "65534".parse().unwrap(),
        ..RawExecRules::default()
    };
    let driver = bench.driver(rules);
    let mut spec = bench.shell("env | sort");
    for name in ["SECRET_A", "OPEN"] {
        spec.env.insert(name.to_owned(), "x".to_owned());
    }
    let handle = driver.start(spec).await.unwrap().handle;
    wait(&driver, &handle).await;
    assert!(bench.log("stdout").contains("OPEN=x\n"));
    assert!(!bench.log("stdout").contains("SECRET"));

    let mut spec = bench.shell("true");
    spec.run.attempt = 2;
    spec.user = Some("nobody".to_owned());
    let error = driver.start(spec).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "failed driver config validation: running as uid 65534 is disallowed"
    );
    let mut spec = bench.shell("true");
    spec.user = Some("no-such-user".to_owned());
    spec.run.attempt = 3;
    let error = driver.start(spec).await.unwrap_err();
    assert!(matches!(error, StartError::NoSuchUser { .. }), "{error:?}");
}

#[tokio::test]
async fn a_driver_that_is_not_enabled_says_so() {
    let bench = Bench::new();
    let program = SupervisorProgram::at(env!("CARGO_BIN_EXE_nomad-executor"));
    let driver = RawExec::new(RawExecRules::default(), program, None, 2_000.0);
    assert_eq!(driver.fingerprint().await.health, DriverHealth::Undetected);
    assert!(matches!(
        driver.start(bench.shell("true")).await,
        Err(StartError::Refused { .. })
    ));
}

#[tokio::test]
async fn as_root_a_task_runs_as_its_user_without_the_agents_groups() {
    if !is_root() {
        eprintln!("skipped: becoming another user needs root");
        return;
    }
    let bench = Bench::new();
    std::os::unix::fs::chown(bench.layout.root(), Some(0), Some(0)).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(bench.dir.path(), open).unwrap();
    let driver = bench.driver(RawExecRules::default());
    let mut spec = bench.shell("id -u; id -g; id -G; echo $USER $LOGNAME $HOME; umask");
    spec.user = Some("nobody".to_owned());
    let handle = driver.start(spec).await.unwrap().handle;
    wait(&driver, &handle).await;
    let lines = bench.log("stdout");
    assert_eq!(
        lines,
        "65534\n65534\n65534\nnobody nobody /nonexistent\n0022\n"
    );
}

#[tokio::test]
async fn as_root_limits_are_written_and_the_group_goes_with_the_task() {
    let Some(bench) = Bench::with_cgroups("limits") else {
        return;
    };
    let driver = bench.driver(RawExecRules::default());
    let script =
        "cat /proc/self/cgroup; (setsid sh -c 'echo $$ > kid; exec sleep 984' &) ; sleep 984";
    let handle = driver.start(bench.shell(script)).await.unwrap().handle;
    let kid = bench.layout.task(&"t".parse().unwrap()).task.join("kid");
    until("the child runs", || kid.exists()).await;
    let scope = format!("{}.t", bench.alloc);
    let parent = format!("nomad-test-limits-{}", std::process::id());
    let read = |controller: &str, file: &str| {
        let path = PathBuf::from("/sys/fs/cgroup")
            .join(controller)
            .join(&parent)
            .join(&scope);
        std::fs::read_to_string(path.join(file))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    if matches!(Hierarchy::of_host(), Some(Hierarchy::V1 { .. })) {
        assert_eq!(read("memory", "memory.limit_in_bytes"), "67108864");
        assert_eq!(read("memory", "memory.swappiness"), "0");
        assert_eq!(
            read("memory", "memory.soft_limit_in_bytes"),
            "9223372036854771712"
        );
        assert_eq!(read("cpu", "cpu.shares"), "100");
        for controller in ["memory", "cpu", "freezer"] {
            let line = format!(":{controller}:/{parent}/{scope}\n");
            assert!(
                bench.log("stdout").contains(&line),
                "{}",
                bench.log("stdout")
            );
        }
        assert!(
            bench
                .log("stdout")
                .contains(&format!(":cpuset:/{parent}/share\n"))
        );
        assert!(
            bench.log("stdout").contains(":pids:/\n"),
            "no group where nothing is limited"
        );
    }
    let usage = driver.stats(&handle).await.unwrap();
    assert!(usage.pids.len() >= 2, "{usage:?}");
    assert!(usage.resource_usage.memory_stats.usage > 0, "{usage:?}");
    driver
        .stop(&handle, Some(Signal::KILL), Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(
        wait(&driver, &handle).await.message(),
        "Exit Code: 137, Signal: 9"
    );
    let pid = std::fs::read_to_string(&kid).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    assert!(
        stat.is_empty() || stat.contains(") Z "),
        "a child in its own session dies too: {stat}"
    );
    driver.destroy(&handle, false).await.unwrap();
    assert_eq!(
        read("memory", "memory.limit_in_bytes"),
        "",
        "the group is removed"
    );
}

#[tokio::test]
async fn as_root_a_task_killed_for_want_of_memory_is_told_as_such() {
    let Some(bench) = Bench::with_cgroups("oom") else {
        return;
    };
    let driver = bench.driver(RawExecRules::default());
    let mut spec = bench.shell("a=$(head -c 50000000 /dev/zero | tr '\\0' x); sleep 1");
    spec.resources.memory_mib = 16;
    let handle = driver.start(spec).await.unwrap().handle;
    let exit = wait(&driver, &handle).await;
    assert_eq!((exit.signal, exit.oom_killed), (9, true), "{exit:?}");
    driver.destroy(&handle, false).await.unwrap();
}

#[tokio::test]
async fn as_root_a_task_whose_supervisor_is_killed_is_ended_and_said_so() {
    let Some(bench) = Bench::with_cgroups("lost") else {
        return;
    };
    let driver = bench.driver(RawExecRules::default());
    let handle = driver
        .start(bench.shell("trap '' PIPE; sleep 983"))
        .await
        .unwrap()
        .handle;
    let pid = handle.state["supervisor"]["pid"].as_i64().unwrap();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    until("the supervisor is gone", || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    })
    .await;
    let recovered = driver.recover(&handle).await;
    assert!(
        matches!(
            recovered,
            Err(RecoverError::SupervisorLost { task_alive: true })
        ),
        "{recovered:?}"
    );
    let exit = wait(&driver, &handle).await;
    assert!(!exit.is_success());
    assert!(exit.error.unwrap().contains("supervisor was killed"));
    assert!(matches!(
        driver.recover(&handle).await,
        Err(RecoverError::SupervisorLost { task_alive: false })
    ));
    driver.destroy(&handle, true).await.unwrap();
}

#[tokio::test]
async fn a_start_of_which_only_the_name_is_known_is_found() {
    let bench = Bench::new();
    let driver = bench.driver(RawExecRules::default());
    let spec = bench.shell("sleep 1000");
    let (run, notes) = (spec.run.clone(), spec.dirs.state.clone());
    assert!(driver.find(&run, &notes).await.is_none());
    let started = driver.start(spec).await.unwrap();
    // The agent died before it could store the handle.
    let other = bench.driver(RawExecRules::default());
    let found = other.find(&run, &notes).await.unwrap();
    other.recover(&found).await.unwrap();
    assert!(other.inspect(&found).await.unwrap().running);
    other.destroy(&found, true).await.unwrap();
    let pid = started.pid.unwrap();
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(other.find(&run, &notes).await.is_none());
}

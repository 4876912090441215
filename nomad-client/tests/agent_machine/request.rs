//! What users ask of this node.

use nomad_client::agent::{LocalRequest, RequestError};
use nomad_core::model::job::JobType;
use nomad_core::model::task::LifecycleHook::Prestart;

use super::bench::{Bench, alloc_id, hooked, job, secs, task};

fn restart(number: u8, task: Option<&str>, all: bool) -> LocalRequest {
    let task = task.map(|name| name.parse().unwrap());
    LocalRequest::Restart {
        alloc: alloc_id(number),
        task,
        all,
    }
}

#[test]
fn a_restart_by_the_user_does_not_count_against_the_policy() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    assert_eq!(bench.ask(1, restart(1, Some("t"), false)), Some(Ok(())));
    bench.pass(secs(1));
    assert!(bench.is_running(id, "t"));
    let messages = bench.messages(id, "t");
    assert_eq!(
        messages[3..],
        [
            "User requested task to restart",
            "Exit Code: 0",
            "Task restarting in 0s",
            "Task started by client",
        ]
    );
    assert_eq!(bench.state(id, "t").restarts, 1);
}

#[test]
fn restarting_all_tasks_replays_the_lifecycle() {
    let mut bench = Bench::new();
    let tasks = vec![hooked("init", Prestart, false), task("main")];
    let id = bench.want(1, &job(JobType::Service, tasks));
    bench.exit(id, "init", 0);
    assert_eq!(bench.ask(1, restart(1, None, true)), Some(Ok(())));
    bench.pass(secs(1));
    assert_eq!(bench.started, ["init", "main", "init"]);
    bench.exit(id, "init", 0);
    bench.pass(secs(1));
    assert!(bench.is_running(id, "main"));
}

#[test]
fn what_cannot_be_restarted_is_refused_by_name() {
    let mut bench = Bench::new();
    let alloc = bench.want(1, &job(JobType::Batch, vec![task("t")]));
    let zz = "zz".parse().unwrap();
    let unknown = Err(RequestError::UnknownTask { task: zz });
    assert_eq!(bench.ask(1, restart(1, Some("zz"), false)), Some(unknown));
    let nowhere = Err(RequestError::UnknownAlloc { alloc: alloc_id(9) });
    assert_eq!(bench.ask(2, restart(9, None, false)), Some(nowhere));
    bench.exit(alloc, "t", 0);
    let ended = Err(RequestError::Ended { alloc });
    assert_eq!(bench.ask(3, restart(1, None, false)), Some(ended));
}

#[test]
fn a_signal_reaches_every_running_task() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("a"), task("b")]));
    let signal = "SIGHUP".to_owned();
    bench.ask(
        1,
        LocalRequest::Signal {
            alloc: id,
            task: None,
            signal,
        },
    );
    let expected = [
        ("a".to_owned(), "SIGHUP".to_owned()),
        ("b".to_owned(), "SIGHUP".to_owned()),
    ];
    assert_eq!(bench.signals, expected);
    assert_eq!(
        bench.messages(id, "a").last().unwrap(),
        "Task being sent a signal"
    );
}

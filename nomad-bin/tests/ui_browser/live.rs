//! Pages that follow the cluster.

use serde_json::json;

use super::webdriver::Browser;
use super::{ENTER, SIZE, TAB, canned, cluster, started};

#[test]
fn the_list_of_jobs_follows_the_cluster_without_a_reload() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    browser.open(&double.url("/ui/"));
    browser.wait_for("[data-job=cache]", "pending");
    browser.wait_for("[data-job=cache] [data-test=groups]", "1/3");
    browser.wait_for("[data-test=connection]", "Live");
    browser.run("window.here = true");

    double.answer(
        "/v1/jobs",
        &json!([canned::stub(
            "cache",
            "default",
            "service",
            "running",
            &[("redis", (0, 0, 3, 0, 0))]
        )]),
    );
    browser.wait_for("[data-job=cache]", "running");
    browser.wait_for("[data-job=cache] [data-test=groups]", "3/3");
    browser.wait_for("[data-test=count]", "1 job");
    assert_eq!(
        browser.run("return window.here"),
        json!(true),
        "the page was not loaded again"
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_search_is_in_the_address_and_the_way_back_keeps_it() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    browser.open(&double.url("/ui/jobs"));
    browser.wait_for("[data-test=jobs]", "payments");
    browser.press("/pay");
    browser.wait_for("[data-test=count]", "1 of 7 jobs");
    assert_eq!(browser.run("return location.search"), json!("?q=pay"));

    browser.press(&format!("{TAB}{TAB}{TAB}{TAB}{ENTER}"));
    browser.wait_for("h1", "payments");
    assert_eq!(
        browser.run("return location.pathname"),
        json!("/ui/jobs/payments@prod")
    );
    browser.back();
    browser.wait_for("[data-test=count]", "1 of 7 jobs");
    assert_eq!(
        browser.run("return document.querySelector('input').value"),
        json!("pay")
    );

    browser.open(&double.url("/ui/jobs?namespace=default&type=system"));
    browser.wait_for("[data-test=count]", "1 of 7 jobs");
    browser.wait_for("[data-test=jobs]", "log-shipper");
}

#[test]
fn a_job_shows_its_deployment_go_on() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    browser.open(&double.url("/ui/jobs/web@default"));
    browser.wait_for("[data-test=deployment]", "1 of 3 healthy, 2 placed");
    browser.wait_for("[data-test=placement]", "Every allocation has its node");
    browser.wait_for("[data-group=api]", "3");

    double.answer(
        "/v1/job/web/deployment",
        &canned::deployment(
            "failed",
            "Failed due to unhealthy allocations",
            "api",
            (3, 3, 2, 1),
        ),
    );
    browser.wait_for(
        "[data-test=deployment]",
        "2 of 3 healthy, 1 unhealthy, 3 placed",
    );
    browser.wait_for("[data-test=deployment]", "failed");
    double.answer("/v1/job/web/deployment", &canned::canary_deployment("api"));
    browser.wait_for(
        "[data-test=deployment]",
        "1 of 1 canary placed; the rest waits for promotion",
    );
    browser.wait_for(
        "[data-test=deployment]",
        "nomad deployment promote 33fe22aa",
    );
    browser.screenshot("job-canary");
    assert!(
        double.held_most() <= 5,
        "connections are left for other tabs: {}",
        double.held_most()
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_job_that_finds_no_node_says_why() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    double.answer("/v1/job/cache/evaluations", &canned::blocked("redis"));
    browser.open(&double.url("/ui/jobs/cache@default"));
    browser.wait_for(
        "[data-test=placement]",
        "2 allocations of “redis” could not be placed",
    );
    for reason in [
        "5 nodes were considered; none fits.",
        "2 nodes do not meet a constraint: attr.cpu.arch must be “arm64”.",
        "1 node lacks a healthy task driver (docker).",
        "2 nodes have too little memory left: each allocation asks for 4 GiB.",
        "Tried again as soon as nodes change or room appears.",
    ] {
        browser.wait_for("[data-test=placement]", reason);
    }
    browser.screenshot("job-unplaced");
    double.answer("/v1/job/cache/evaluations", &json!([canned::evaluation()]));
    browser.wait_for("[data-test=placement]", "Every allocation has its node");
}

#[test]
fn an_allocation_shows_events_ports_and_logs_as_they_come() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    let address = format!("/v1/allocation/{}", canned::ALLOC);
    double.answer(&address, &canned::alloc("running", &started()[..1]));
    double.write("stdout", "\u{1b}[32mready\u{1b}[0m to serve\n");
    double.write("stderr", "a warning\n");
    browser.open(&double.url("/ui/jobs/web@default"));
    browser.wait_for("[data-test=allocations]", "api[0]");
    browser.click(&format!("[data-alloc='{}'] a.row", canned::ALLOC));
    browser.wait_for("h1", "web.api[0]");
    browser.wait_for("[data-test=ports]", "10.0.0.7:24187");
    browser.wait_for("[data-test=log]", "ready to serve");
    assert_eq!(
        browser.text("[data-test=log]").trim(),
        "ready to serve",
        "escape sequences are stripped"
    );

    double.write("stdout", "request 1\nrequest");
    browser.wait_for("[data-test=log]", "request 1\nrequest");
    double.answer(&address, &canned::alloc("running", &started()));
    browser.wait_for("[data-test=events]", "Task started by client");
    browser.click("[aria-label=Stream] button:last-child");
    browser.wait_for("[data-test=log]", "a warning");
    browser.wait_for("[data-test=log-phase]", "following");
    double.end_streams();
    let mut dead = canned::alloc("complete", &started());
    dead["TaskStates"]["server"]["State"] = json!("dead");
    double.answer(&address, &dead);
    browser.wait_for("[data-test=log-phase]", "end of output");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_long_log_stays_at_its_end_until_one_scrolls_up() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    let many: String = (0..7_000).map(|line| format!("line {line}\n")).collect();
    double.write("stdout", &many);
    browser.open(&double.url(&format!("/ui/allocations/{}", canned::ALLOC)));
    browser.wait_for("[data-test=log]", "line 6999");
    browser.wait_for("[data-test=log]", "earlier lines not kept here");
    let at_end = "const log = document.querySelector('[data-test=log]'); return log.scrollHeight - log.scrollTop - log.clientHeight < 30";
    browser.wait_until("the log shows its end", at_end);
    browser.run("document.querySelector('[data-test=log]').scrollTop = 100");
    browser.wait_until(
        "following is off",
        "return document.querySelector('[data-test=follow]').ariaPressed === 'false'",
    );
    double.write("stdout", "the newest line\n");
    browser.wait_for("[data-test=log]", "the newest line");
    assert_eq!(
        browser.run(at_end),
        json!(false),
        "the reader is not pulled away"
    );
}

#[test]
fn an_agent_that_goes_away_is_shown_and_found_again() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    browser.open(&double.url("/ui/jobs"));
    browser.wait_for("[data-test=connection]", "Live");
    double.go_down();
    browser.wait_for("[data-test=connection]", "Reconnecting");
    browser.wait_for("[data-job=web]", "running");
    browser.screenshot("reconnecting");
    double.come_back();
    double.answer(
        "/v1/jobs",
        &json!([canned::stub(
            "web",
            "default",
            "service",
            "pending",
            &[("api", (3, 0, 0, 0, 0))]
        )]),
    );
    browser.wait_for("[data-test=connection]", "Live");
    browser.wait_for("[data-job=web]", "pending");
}

#[test]
fn what_is_not_there_says_so() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    double.answer_with("/v1/job/gone", 404, "job not found");
    for (address, said) in [
        ("/ui/nowhere/at/all", "This page is not here"),
        ("/ui/jobs/gone@default", "Job “gone” is not here"),
        (
            "/ui/allocations/00000000-0000-0000-0000-000000000000",
            "Allocation 00000000 is not here",
        ),
    ] {
        browser.open(&double.url(address));
        browser.wait_for("h1", said);
    }
    browser.screenshot("missing");
    double.answer_with(
        "/v1/allocation/zz",
        500,
        "alloc lookup failed: index error: UUID must be 36 characters",
    );
    browser.open(&double.url("/ui/allocations/zz"));
    browser.wait_for("[role=alert]", "UUID must be 36 characters");
}

#[test]
fn three_thousand_jobs_stay_light() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    let jobs = |status: &str| -> serde_json::Value {
        (0..3_000)
            .map(|n| {
                canned::stub(
                    &format!("job-{n:04}"),
                    "default",
                    "service",
                    status,
                    &[("api", (0, 0, 2, 0, 0))],
                )
            })
            .collect()
    };
    double.answer("/v1/jobs", &jobs("pending"));
    browser.open(&double.url("/ui/jobs"));
    browser.wait_for("[data-test=count]", "3,000 jobs");
    let rows = "return document.querySelectorAll('tbody tr').length";
    assert_eq!(browser.run(rows), json!(100));
    browser.click("main .more button");
    assert_eq!(browser.run(rows), json!(200));
    double.answer("/v1/jobs", &jobs("running"));
    browser.wait_for("[data-job=job-0000]", "running");
    browser.press("/2999");
    browser.wait_for("[data-test=count]", "1 of 3,000 jobs");
    browser.wait_for("[data-test=jobs]", "job-2999");
}

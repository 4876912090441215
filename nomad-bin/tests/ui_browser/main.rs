//! The web UI in a real browser: what a person sees, does with the keyboard, and is not disturbed by.
//!
//! A headless Chromium opens the embedded pages. Most tests run against a stand-in for the agent (`double`), so that each
//! can change an answer and see the page follow.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod canned;
mod double;
mod http;
mod webdriver;

use double::Double;
use serde_json::json;
use webdriver::Browser;

const SIZE: (u32, u32) = (1360, 900);
const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
/// The largest sum of layout shifts that a page may show.
const SHIFT_MAX: f64 = 0.01;
/// What every page loads first, compressed.
const SHELL_MAX: usize = 25 * 1024;

/// A cluster with some jobs.
fn cluster() -> Double {
    let double = Double::start();
    let mut importer = canned::stub("importer", "prod", "batch", "running", &[]);
    importer["Periodic"] = json!(true);
    importer["JobSummary"]["Children"] = json!({"Pending": 1, "Running": 2, "Dead": 40});
    double.answer(
        "/v1/jobs",
        &json!([
            canned::stub(
                "cache",
                "default",
                "service",
                "pending",
                &[("redis", (2, 0, 1, 0, 0))]
            ),
            canned::stub(
                "log-shipper",
                "default",
                "system",
                "running",
                &[("ship", (0, 0, 12, 0, 0))]
            ),
            canned::stub(
                "nightly-report",
                "default",
                "batch",
                "dead",
                &[("report", (0, 0, 0, 1, 7))]
            ),
            canned::stub(
                "old-site",
                "default",
                "service",
                "stopped",
                &[("web", (0, 0, 0, 0, 3))]
            ),
            canned::stub(
                "web",
                "default",
                "service",
                "running",
                &[("api", (0, 1, 2, 0, 0)), ("worker", (0, 0, 5, 0, 0))]
            ),
            importer,
            canned::stub(
                "payments",
                "prod",
                "service",
                "running",
                &[("api", (0, 0, 4, 0, 0))]
            ),
        ]),
    );
    for (id, kind, groups) in [
        ("cache", "service", &[("redis", 3)][..]),
        ("web", "service", &[("api", 3), ("worker", 5)]),
        ("payments", "service", &[("api", 4)]),
    ] {
        double.answer(
            &format!("/v1/job/{id}"),
            &canned::job(id, kind, "running", groups),
        );
        double.answer(&format!("/v1/job/{id}/allocations"), &json!([]));
        double.answer(
            &format!("/v1/job/{id}/evaluations"),
            &json!([canned::evaluation()]),
        );
        double.answer(
            &format!("/v1/job/{id}/deployment"),
            &serde_json::Value::Null,
        );
        double.answer(
            &format!("/v1/job/{id}/summary"),
            &canned::job_summary(id, &[]),
        );
    }
    double.answer(
        "/v1/job/web/allocations",
        &json!([
            canned::alloc_stub(canned::ALLOC, "web.api[0]", "running", Some(true)),
            canned::alloc_stub(canned::OTHER_ALLOC, "web.api[1]", "failed", Some(false)),
            canned::alloc_stub(
                "77fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b07",
                "web.api[1]",
                "pending",
                None
            ),
        ]),
    );
    double.answer(
        "/v1/job/web/deployment",
        &canned::deployment("running", "Deployment is running", "api", (3, 2, 1, 0)),
    );
    double.answer(
        "/v1/job/web/summary",
        &canned::job_summary(
            "web",
            &[("api", (0, 1, 2, 1, 0)), ("worker", (0, 0, 5, 0, 0))],
        ),
    );
    double.answer(
        &format!("/v1/allocation/{}", canned::ALLOC),
        &canned::alloc("running", &started()),
    );
    double
}

fn started() -> Vec<serde_json::Value> {
    vec![
        canned::event("Received", "Task received by client", 38),
        canned::event("Task Setup", "Building Task Directory", 37),
        canned::event("Started", "Task started by client", 35),
    ]
}

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
fn nothing_moves_while_a_page_is_filled() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    let alloc = format!("/ui/allocations/{}", canned::ALLOC);
    double.write("stdout", "one\ntwo\n");
    for (address, shown) in [
        ("/ui/jobs", "web"),
        ("/ui/jobs/web@default", "2 placed"),
        (&alloc, "24187"),
    ] {
        browser.open(&double.url(address));
        browser.wait_for("main", shown);
        let (sum, moved) = browser.layout_shift();
        assert!(sum < SHIFT_MAX, "{address}: {sum} {moved}");
    }
    browser.open(&double.url("/ui/jobs/web@default"));
    browser.wait_for("[data-test=deployment]", "2 placed");
    double.answer(
        "/v1/job/web/deployment",
        &canned::deployment(
            "successful",
            "Deployment completed successfully",
            "api",
            (3, 3, 3, 0),
        ),
    );
    double.answer("/v1/job/web/evaluations", &canned::blocked("api"));
    browser.wait_for("[data-test=deployment]", "3 of 3 healthy");
    browser.wait_for("[data-test=placement]", "could not be placed");
    let (sum, moved) = browser.layout_shift();
    assert!(sum < SHIFT_MAX, "a live change: {sum} {moved}");
}

#[test]
fn everything_is_reached_with_the_keyboard() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    browser.open(&double.url("/ui/jobs"));
    browser.wait_for("[data-test=jobs]", "web");
    browser.press(&TAB.to_string());
    assert_eq!(
        browser.run("return document.activeElement.innerText"),
        json!("Skip to content")
    );
    let visible = "const box = document.activeElement.getBoundingClientRect(); return box.top >= 0 && getComputedStyle(document.activeElement).outlineStyle !== 'none'";
    browser.wait_until("the skip link is seen", visible);
    browser.press(&ENTER.to_string());
    assert_eq!(
        browser.run("return document.activeElement.id"),
        json!("content")
    );

    browser.press("jjk");
    assert_eq!(
        browser.run("return document.activeElement.closest('tr').dataset.job"),
        json!("cache")
    );
    browser.press(&ENTER.to_string());
    browser.wait_for("h1", "cache");
    browser.wait_until(
        "the title has the focus",
        "return document.activeElement.localName === 'h1'",
    );
    browser.wait_for("[data-test=announcer]", "Job cache is running");

    browser.open(&double.url(&format!("/ui/allocations/{}", canned::ALLOC)));
    browser.wait_for("[data-test=log-phase]", "following");
    let mut seen = Vec::new();
    for _ in 0..20 {
        browser.press(&TAB.to_string());
        seen.push(browser.run("return document.activeElement.dataset.test ?? document.activeElement.innerText").as_str().unwrap().to_owned());
    }
    for wanted in ["server", "events", "stderr", "follow", "Wrap", "log"] {
        assert!(
            seen.iter().any(|name| name.trim() == wanted),
            "{wanted:?} among {seen:?}"
        );
    }
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

/// The contrast of every kind of text against its background, by the formula of WCAG 2.
const LOWEST_CONTRAST: &str = "
    const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const parse = (text) => { const c = text.match(/[\\d.]+/g).map(Number); return { c, a: c[3] ?? 1 }; };
    const light = ({ c }) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
    const behind = (node) => { for (; node; node = node.parentElement) { const b = parse(getComputedStyle(node).backgroundColor); if (b.a > 0) return b; } };
    let lowest = [21, ''];
    for (const node of document.querySelectorAll('main *, header *')) {
        if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
        if (node.closest('[aria-hidden], option, .only-read')) continue;
        const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < lowest[0]) lowest = [ratio, `${node.localName}.${node.className}: ${node.innerText}`];
    }
    return lowest;";

#[test]
fn light_and_dark_are_both_readable_and_the_choice_is_kept() {
    let Some(browser) = Browser::start(SIZE) else {
        return;
    };
    let double = cluster();
    let lines = "\u{1b}[1mserver\u{1b}[0m listening on 0.0.0.0:8080\n{\"level\":\"info\",\"path\":\"/healthz\",\"status\":200,\"took\":\"1.2ms\"}\n";
    double.write("stdout", &lines.repeat(12));
    let pages = [
        ("jobs", "/ui/jobs".to_owned(), "web"),
        ("job", "/ui/jobs/web@default".to_owned(), "placed"),
        (
            "alloc",
            format!("/ui/allocations/{}", canned::ALLOC),
            "healthz",
        ),
    ];
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        for (name, address, shown) in &pages {
            browser.open(&double.url(address));
            browser.wait_for("main", shown);
            let lowest = browser.run(LOWEST_CONTRAST);
            assert!(
                lowest[0].as_f64().unwrap() >= 4.5,
                "{scheme} {name}: {lowest}"
            );
            browser.screenshot(&format!("{name}-{scheme}"));
        }
    }
    let background = "return getComputedStyle(document.documentElement).backgroundColor";
    let dark = browser.run(background);
    browser.click("[data-test=theme]");
    assert_ne!(
        browser.run(background),
        dark,
        "the system says dark, the button says light"
    );
    browser.open(&double.url("/ui/jobs"));
    assert_ne!(
        browser.run(background),
        dark,
        "the choice outlives the page"
    );
}

#[test]
fn a_narrow_window_has_no_sideways_scroll() {
    let Some(browser) = Browser::start((640, 900)) else {
        return;
    };
    let double = cluster();
    for (name, address, shown) in [
        ("jobs", "/ui/jobs".to_owned(), "web"),
        ("job", "/ui/jobs/web@default".to_owned(), "placed"),
        (
            "alloc",
            format!("/ui/allocations/{}", canned::ALLOC),
            "24187",
        ),
    ] {
        browser.open(&double.url(&address));
        browser.wait_for("main", shown);
        browser.screenshot(&format!("{name}-narrow"));
        assert_eq!(browser.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth"), json!(true), "{address}");
    }
}

#[test]
fn the_shell_is_small() {
    let shell = nomad_bin::ui::asset("/ui/").expect("the shell");
    let page = String::from_utf8(shell.bytes.into_owned()).unwrap();
    let mut size = shell.gzip.map_or(0, |gzip| gzip.len());
    for address in page.split('"').filter(|text| text.starts_with("/ui/")) {
        let part =
            nomad_bin::ui::asset(address).expect("everything that the shell names is embedded");
        size += part.gzip.unwrap_or(part.bytes).len();
    }
    println!("shell: {size} bytes");
    assert!(size <= SHELL_MAX, "{size} bytes");
}

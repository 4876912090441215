//! The web UI in a real browser: what a person sees, does with the keyboard, and is not disturbed by.
//!
//! A headless Chromium opens the embedded pages. Most tests run against a stand-in for the agent (`double`), so that each
//! can change an answer and see the page follow.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod agent;
mod canned;
mod comfort;
mod double;
mod http;
mod live;
mod webdriver;

use double::Double;
use serde_json::json;

const SIZE: (u32, u32) = (1360, 900);
const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';

/// A cluster with some jobs.
fn cluster() -> Double {
    let double = Double::start();
    list_jobs(&double);
    show_jobs(&double);
    show_web(&double);
    double
}

fn list_jobs(double: &Double) {
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
}

fn show_jobs(double: &Double) {
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
}

fn show_web(double: &Double) {
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
}

fn started() -> Vec<serde_json::Value> {
    vec![
        canned::event("Received", "Task received by client", 38),
        canned::event("Task Setup", "Building Task Directory", 37),
        canned::event("Started", "Task started by client", 35),
    ]
}

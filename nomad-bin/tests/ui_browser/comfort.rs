//! Pages that are easy on eyes, hands and patience.

use serde_json::json;

use super::webdriver::Browser;
use super::{ENTER, SIZE, TAB, canned, cluster};

/// The largest sum of layout shifts that a page may show.
const SHIFT_MAX: f64 = 0.01;
/// What every page loads first, compressed.
const SHELL_MAX: usize = 25 * 1024;

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

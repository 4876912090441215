//! A request for a page answered, independent of who routes it.

use std::borrow::Cow;

use bytes::Bytes;
use hyper::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use hyper::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use super::{Asset, SECURITY_HEADERS, asset};

/// Answers GET (and, without its body, HEAD) of `path` below `/ui/`: 200 with the file, compressed where the client takes
/// gzip; 304 where it has this version already; 404 for a hashed file of another version.
#[must_use]
pub fn respond(path: &str, request: &HeaderMap) -> Response<Bytes> {
    let mut response = match asset(path) {
        Some(asset) => serve(asset, request),
        None => with(StatusCode::NOT_FOUND, Bytes::new()),
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    for (name, value) in SECURITY_HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

fn serve(asset: Asset, request: &HeaderMap) -> Response<Bytes> {
    let gzip = asset.gzip.filter(|_| takes_gzip(request));
    // A tag names one representation, so the compressed one has its own.
    let tag = format!(
        "\"{}{}\"",
        asset.etag,
        if gzip.is_some() { "-gz" } else { "" }
    );
    let compressed = gzip.is_some();
    let mut response = if has(request, &tag) {
        with(StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        with(StatusCode::OK, body(gzip.unwrap_or(asset.bytes)))
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(asset.cache_control));
    if compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

fn with(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

fn body(file: Cow<'static, [u8]>) -> Bytes {
    match file {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::from(read),
    }
}

fn takes_gzip(request: &HeaderMap) -> bool {
    words(request, &ACCEPT_ENCODING)
        .any(|word| word == "gzip" || word.starts_with("gzip;") && !word.ends_with("q=0"))
}

fn has(request: &HeaderMap, tag: &str) -> bool {
    words(request, &IF_NONE_MATCH).any(|word| word.trim_start_matches("W/") == tag)
}

fn words<'a>(request: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    request
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, headers: &[(HeaderName, &str)]) -> Response<Bytes> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect();
        respond(path, &headers)
    }

    fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn every_address_of_the_app_gets_the_shell_and_is_asked_for_again() {
        for path in [
            "/ui",
            "/ui/",
            "/ui/jobs",
            "/ui/jobs/a.b@default",
            "/ui/allocations/11fe22aa",
        ] {
            let response = get(path, &[]);
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(
                header(&response, "content-type"),
                "text/html; charset=utf-8"
            );
            assert_eq!(header(&response, "cache-control"), "no-cache");
        }
    }

    #[test]
    fn a_script_of_another_version_is_not_found_instead_of_html() {
        assert_eq!(
            get("/ui/assets/index-00000000.js", &[]).status(),
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn a_version_that_the_browser_has_is_not_sent_again() {
        let tag = header(&get("/ui/", &[]), "etag").to_owned();
        let again = get("/ui/", &[(IF_NONE_MATCH, &tag)]);
        assert_eq!(
            (again.status(), again.body().len()),
            (StatusCode::NOT_MODIFIED, 0)
        );
        assert_eq!(header(&again, "etag"), tag);
    }

    #[test]
    fn every_answer_carries_the_policy() {
        for path in ["/ui/", "/ui/assets/none.js"] {
            let response = get(path, &[]);
            assert!(header(&response, "content-security-policy").starts_with("default-src 'none'"));
            assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        }
    }

    #[test]
    fn the_compressed_files_are_sent_only_to_those_who_take_them() {
        assert_eq!(
            header(
                &get("/ui/", &[(ACCEPT_ENCODING, "br, gzip;q=0")]),
                "content-encoding"
            ),
            ""
        );
        if super::super::is_full() {
            assert_eq!(
                header(
                    &get("/ui/", &[(ACCEPT_ENCODING, "br, gzip")]),
                    "content-encoding"
                ),
                "gzip"
            );
        } else {
            println!("skipped: the plain page is embedded, and it is not compressed");
        }
        assert_eq!(
            asset("/ui/index.html.gz").map(|asset| asset.content_type),
            Some("text/html; charset=utf-8")
        );
    }
}

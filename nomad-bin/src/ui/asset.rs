//! One embedded file, found by the path of a request.

use std::borrow::Cow;

use super::embed::{FULL, Files};

/// Names below it carry a hash of their content, so a browser may keep them for good.
const HASHED: &str = "assets/";
const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
/// What is served for every address of the app itself; the app reads the address.
const SHELL: &str = "index.html";

/// A file with what its headers say.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The file as it is.
    pub bytes: Cow<'static, [u8]>,
    /// The file compressed, where that pays.
    pub gzip: Option<Cow<'static, [u8]>>,
    /// Media type with its charset.
    pub content_type: &'static str,
    /// How long it may be kept: hashed names for good, all others only to be asked for again.
    pub cache_control: &'static str,
    /// Entity tag without its quotes: part of the content's SHA-256 in hex.
    pub etag: String,
}

/// Whether the embedded pages are the real ones and not the page that stands in for them.
#[must_use]
pub const fn is_full() -> bool {
    FULL
}

/// The file that a request for `path` (`/ui/...`, no query) gets. An address without a file of its own is one of the app's
/// pages and gets the shell; below `assets/` it is `None`, so that a script of another version is never answered with HTML.
///
/// ```
/// let shell = nomad_bin::ui::asset("/ui/jobs/web@default").expect("the shell is always there");
/// assert_eq!(shell.content_type, "text/html; charset=utf-8");
/// assert!(nomad_bin::ui::asset("/ui/assets/gone-11fe22aa.js").is_none());
/// ```
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    let name = path
        .strip_prefix("/ui")
        .unwrap_or(path)
        .trim_start_matches('/');
    match load(name) {
        None if name.starts_with(HASHED) => None,
        None => load(SHELL),
        found => found,
    }
}

fn load(name: &str) -> Option<Asset> {
    if name.ends_with(".gz") {
        return None;
    }
    let file = Files::get(name)?;
    Some(Asset {
        etag: hex(&file.metadata.sha256_hash()),
        bytes: file.data,
        gzip: Files::get(&format!("{name}.gz")).map(|gz| gz.data),
        content_type: content_type(name),
        cache_control: if name.starts_with(HASHED) {
            FOREVER
        } else {
            ASK_AGAIN
        },
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// The first 16 bytes in hex: enough to tell two versions of a file apart.
fn hex(hash: &[u8; 32]) -> String {
    hash.iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

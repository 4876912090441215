//! Builds the web UI (`ui/`) into `OUT_DIR` and writes the Rust lines that embed it.
//!
//! In: the sources in `ui/`, Node.js and npm if they are there, and `NOMAD_UI` (`0`: do not even try; `1`: fail the build
//! rather than do without). Out: `OUT_DIR/ui_embed.rs`. Without Node, offline, or with `NOMAD_UI=0`, a plain page that says
//! how to get the full one takes its place, and a warning says why.
//! Always true: nothing is written outside `OUT_DIR`; npm runs only when the lock file changed, vite only when a source did.

use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Everything in `ui/` that the built pages depend on.
const SOURCES: [&str; 8] = [
    ".npmrc",
    "index.html",
    "package-lock.json",
    "package.json",
    "public",
    "src",
    "tsconfig.json",
    "vite.config.js",
];
/// The page that stands in, and its style.
const PLAIN: [&str; 2] = ["plain.html", "plain.css"];
/// The lock file that `node_modules` was made from; there only after npm had succeeded.
const INSTALLED: &str = "node_modules/.installed-lock.json";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let sources = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("ui");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo:rerun-if-env-changed=NOMAD_UI");
    println!("cargo:rerun-if-changed=build.rs");
    for name in SOURCES.iter().chain(&PLAIN) {
        println!("cargo:rerun-if-changed={}", sources.join(name).display());
    }

    let wish = env::var("NOMAD_UI").unwrap_or_default();
    let pages = out.join("ui-pages");
    let built = if wish == "0" {
        Err("NOMAD_UI=0 was set".into())
    } else {
        build(&sources, &out.join("ui"), &pages)
    };
    if let Err(reason) = &built {
        if wish == "1" {
            return Err(format!("the web UI could not be built: {reason}").into());
        }
        println!("cargo:warning=the web UI is left out, a plain page takes its place: {reason}");
        write_plain(&sources, &pages, &reason.to_string())?;
    }
    write_embedding(&out, &pages, built.is_ok())
}

/// Copies the sources to `work`, installs what they need there, and lets vite write the pages to `pages`.
fn build(sources: &Path, work: &Path, pages: &Path) -> Outcome<()> {
    copy_sources(sources, work)?;
    let lock = fs::read(sources.join("package-lock.json"))?;
    if fs::read(work.join(INSTALLED)).ok().as_ref() != Some(&lock) {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let quick = [
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=1000",
            "--fetch-timeout=30000",
            "--loglevel=error",
        ];
        run(
            work,
            npm,
            ["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline"]
                .iter()
                .chain(&quick),
        )?;
        fs::write(work.join(INSTALLED), &lock)?;
    }
    let vite = Path::new("node_modules/vite/bin/vite.js").as_os_str();
    let options = ["build", "--emptyOutDir", "--logLevel=error", "--outDir"].map(OsStr::new);
    run(
        work,
        "node",
        [vite].into_iter().chain(options).chain([pages.as_os_str()]),
    )
}

fn copy_sources(sources: &Path, work: &Path) -> Outcome<()> {
    fs::create_dir_all(work)?;
    for name in SOURCES {
        remove(&work.join(name))?;
        if sources.join(name).exists() {
            copy(&sources.join(name), &work.join(name))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    if !from.is_dir() {
        fs::copy(from, to)?;
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Outcome<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Runs a program to its end; a failure carries the first line that it complained with.
fn run<S: AsRef<OsStr>>(
    folder: &Path,
    program: &str,
    args: impl IntoIterator<Item = S>,
) -> Outcome<()> {
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("{program} could not be started ({error})"))?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = complaint
        .lines()
        .map(str::trim)
        .find(|line| line.to_lowercase().contains("error"))
        .unwrap_or("no reason given");
    Err(format!("{program} failed ({}): {line}", output.status).into())
}

fn write_plain(sources: &Path, pages: &Path, reason: &str) -> Outcome<()> {
    remove(pages)?;
    fs::create_dir_all(pages)?;
    let escaped = reason.replace('&', "&amp;").replace('<', "&lt;");
    let page = fs::read_to_string(sources.join("plain.html"))?.replace("{{reason}}", &escaped);
    fs::write(pages.join("index.html"), page)?;
    fs::copy(sources.join("plain.css"), pages.join("plain.css"))?;
    Ok(())
}

/// The derive macro takes the folder as a literal; `OUT_DIR` is only known here.
fn write_embedding(out: &Path, pages: &Path, full: bool) -> Outcome<()> {
    let lines = format!(
        "/// The built pages, by their path below the mount.\n\
         #[derive(rust_embed::RustEmbed)]\n#[folder = {pages:?}]\npub(super) struct Files;\n\n\
         /// Whether the pages are the real ones.\npub(super) const FULL: bool = {full};\n"
    );
    let file = out.join("ui_embed.rs");
    if fs::read_to_string(&file).ok().as_ref() != Some(&lines) {
        fs::write(file, lines)?;
    }
    Ok(())
}

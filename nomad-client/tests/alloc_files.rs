//! An allocation's files: the layout as recorded, and every way out of it closed.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nomad_client::fs::{
    AllocLayout, AllocView, Dir, FileEvent, FsError, Origin, StreamRequest, stream,
};
use nomad_core::id::{AllocId, TaskName};

struct Home {
    dir: tempfile::TempDir,
    layout: AllocLayout,
}

impl Home {
    fn new(privileged: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let layout = AllocLayout::new(dir.path(), AllocId::from_random([3; 16]), privileged);
        layout.build_shared().unwrap();
        layout.build_task(&task(), 0).unwrap();
        Self { dir, layout }
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.layout.root().join(inside)
    }

    fn write(&self, inside: &str, text: &str) {
        std::fs::write(self.path(inside), text).unwrap();
    }

    fn view(&self) -> AllocView {
        AllocView::open(self.layout.root()).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = self.layout.destroy();
    }
}

fn task() -> TaskName {
    "t".parse().unwrap()
}

fn read(view: &AllocView, path: &str) -> Result<String, FsError> {
    use std::io::Read;
    let mut text = String::new();
    view.open_file(Path::new(path))?
        .read_to_string(&mut text)
        .unwrap();
    Ok(text)
}

#[test]
fn no_path_leads_out() {
    let home = Home::new(false);
    std::fs::write(home.dir.path().join("outside"), "secret of the host").unwrap();
    let links = [
        ("t/local/up", "../../../outside"),
        ("t/local/abs", "/etc/passwd"),
        ("t/local/dir", "/etc"),
        ("t/local/magic", "/proc/self/root/etc/passwd"),
    ];
    for (link, target) in links {
        symlink(target, home.path(link)).unwrap();
    }
    let view = home.view();
    for path in [
        "../outside",
        "/../outside",
        "t/../../outside",
        "t/local/../../../outside",
        "t/local/up",
        "t/local/abs",
        "t/local/dir/passwd",
        "t/local/magic",
    ] {
        let refused = read(&view, path);
        assert!(
            matches!(refused, Err(FsError::Escapes)),
            "{path}: {refused:?}"
        );
        let refused = view.stat(Path::new(path));
        assert!(
            matches!(refused, Err(FsError::Escapes)),
            "{path}: {refused:?}"
        );
    }
    assert!(matches!(
        view.list(Path::new("t/local/dir")),
        Err(FsError::Escapes)
    ));
    let dir = Dir::open(home.layout.root()).unwrap();
    let written = dir.write_file(Path::new("t/local/dir/new"), b"x", 0o644);
    assert!(matches!(written, Err(FsError::Escapes)), "{written:?}");
    assert!(dir.make_dirs(Path::new("t/local/dir/new"), 0o755).is_err());
    assert!(!Path::new("/etc/new").exists());
}

#[test]
fn a_link_within_the_allocation_is_followed() {
    let home = Home::new(false);
    home.write("t/local/a", "inside");
    symlink("../t/local/a", home.path("alloc/in")).unwrap();
    assert_eq!(read(&home.view(), "alloc/in").unwrap(), "inside");
    assert_eq!(read(&home.view(), "/alloc/in").unwrap(), "inside");
}

#[test]
fn a_written_file_replaces_a_link_and_does_not_follow_it() {
    let home = Home::new(false);
    std::fs::write(home.dir.path().join("outside"), "kept").unwrap();
    symlink("../../../outside", home.path("t/local/f")).unwrap();
    let dir = Dir::open(home.layout.root()).unwrap();
    dir.write_file(Path::new("t/local/f"), b"new", 0o640)
        .unwrap();
    assert_eq!(
        std::fs::read_to_string(home.dir.path().join("outside")).unwrap(),
        "kept"
    );
    let meta = std::fs::symlink_metadata(home.path("t/local/f")).unwrap();
    assert!(meta.is_file());
    assert_eq!(meta.permissions().mode() & 0o7777, 0o640);
}

#[test]
fn what_is_no_regular_file_is_not_read_and_holds_nobody_up() {
    let home = Home::new(false);
    let mode = nix::sys::stat::Mode::from_bits_truncate(0o666);
    nix::unistd::mkfifo(&home.path("t/local/fifo"), mode).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(home.path("t/local/sock")).unwrap();
    let view = home.view();
    for name in ["fifo", "sock"] {
        let refused = read(&view, &format!("t/local/{name}"));
        assert!(
            matches!(refused, Err(FsError::NotRegular { .. })),
            "{name}: {refused:?}"
        );
    }
    drop(socket);
    let refused = read(&view, "t/local");
    assert!(
        matches!(refused, Err(FsError::IsDirectory { .. })),
        "{refused:?}"
    );
    let refused = read(&view, "t/nope");
    assert!(
        matches!(refused, Err(FsError::NotFound { .. })),
        "{refused:?}"
    );
    let listed = view.list(Path::new("t/local")).unwrap();
    let modes: Vec<(&str, char)> = listed
        .iter()
        .map(|info| (info.name.as_str(), info.file_mode.chars().next().unwrap()))
        .collect();
    assert_eq!(modes, [("fifo", 'p'), ("sock", 'S')]);
}

#[test]
fn secrets_are_listed_and_never_read_by_whatever_path() {
    let home = Home::new(false);
    home.write("t/secrets/s.txt", "hush");
    home.write("t/private/p.txt", "hush");
    std::fs::create_dir(home.path("t/secrets-old")).unwrap();
    home.write("t/secrets-old/o.txt", "open");
    symlink("../secrets/s.txt", home.path("t/local/link")).unwrap();
    symlink("t/secrets", home.path("way")).unwrap();
    let view = home.view();
    for path in [
        "t/secrets/s.txt",
        "/t/secrets/../secrets/s.txt",
        "t/private/p.txt",
        "t/local/link",
        "way/s.txt",
    ] {
        let refused = read(&view, path);
        assert!(
            matches!(refused, Err(FsError::Secret { .. })),
            "{path}: {refused:?}"
        );
    }
    assert_eq!(view.list(Path::new("t/secrets")).unwrap()[0].name, "s.txt");
    assert_eq!(read(&view, "t/secrets-old/o.txt").unwrap(), "open");
    let refused = read(&view, "/t/secrets/s.txt").unwrap_err().to_string();
    assert_eq!(refused, "Reading secret file prohibited: /t/secrets/s.txt");
}

#[test]
fn a_single_file_has_a_content_type() {
    let home = Home::new(false);
    home.write("t/local/a.json", "{}");
    home.write("t/local/a.txt", "hello\n");
    let view = home.view();
    let kind = |path: &str| view.stat(Path::new(path)).unwrap().content_type;
    assert_eq!(kind("t/local/a.json"), "application/json");
    assert_eq!(kind("t/local/a.txt"), "text/plain; charset=utf-8");
    assert_eq!(kind("t/local"), "");
}

/// `path  type mode uid:gid` as the recordings write it.
fn tree(root: &Path, names: &[&str]) -> Vec<String> {
    let line = |name: &&str| {
        let meta = std::fs::symlink_metadata(root.join(name)).unwrap();
        let kind = if meta.is_dir() { "dir" } else { "file" };
        let mode = meta.mode() & 0o7777;
        format!("{name}  {kind} {mode:04o} {}:{}", meta.uid(), meta.gid())
    };
    names.iter().map(line).collect()
}

#[test]
fn as_root_the_layout_is_as_recorded() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: owners and mounts need root");
        return;
    }
    let golden = std::env::var("NOMAD_GOLDEN").unwrap_or_else(|_| "../../shared/golden".to_owned());
    let path = PathBuf::from(golden).join("client/files.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no recorded answers at {}", path.display());
        return;
    };
    let home = Home::new(true);
    let names = [
        "alloc",
        "alloc/data",
        "alloc/logs",
        "alloc/tmp",
        "t",
        "t/local",
        "t/private",
        "t/private/.nomad-mount",
        "t/secrets",
        "t/secrets/.nomad-mount",
        "t/tmp",
    ];
    let case = text
        .lines()
        .find(|line| line.contains("\"files_layout_raw_exec\""))
        .unwrap();
    let case: serde_json::Value = serde_json::from_str(case).unwrap();
    let recorded = case["result"]["tree"].as_array().unwrap();
    let own = tree(home.layout.root(), &names);
    let same = own.iter().filter(|line| {
        let is_recorded = recorded
            .iter()
            .any(|recorded| recorded.as_str() == Some(line));
        if !is_recorded {
            eprintln!("not recorded: {line}");
        }
        is_recorded
    });
    let same = same.count();
    println!("layout of an allocation: {same}/{}", own.len());
    assert_eq!(same, own.len());
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let secrets = home.path("t/secrets").display().to_string();
    let line = mounts.lines().find(|line| line.contains(&secrets)).unwrap();
    assert!(
        line.contains("noexec") && line.contains("size=1024k"),
        "{line}"
    );
    home.layout.build_task(&task(), 0).unwrap();
    let again = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert_eq!(
        again.matches(&secrets).count(),
        1,
        "a second build mounts nothing"
    );
    home.layout.destroy().unwrap();
    let after = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!after.contains(&secrets) && !home.layout.root().exists());
}

#[tokio::test]
async fn a_followed_file_tells_additions_truncation_and_removal() {
    let home = Home::new(false);
    home.write("t/local/f", "one\n");
    let request = StreamRequest {
        path: PathBuf::from("t/local/f"),
        origin: Origin::Start,
        offset: 0,
        limit: None,
        follow: true,
    };
    let (out, mut frames) = tokio::sync::mpsc::channel(32);
    let streaming = tokio::spawn(stream(Arc::new(home.view()), request, out));
    let mut next = async || loop {
        let frame = tokio::time::timeout(Duration::from_secs(5), frames.recv())
            .await
            .unwrap();
        match frame {
            Some(frame) if frame.is_heartbeat() => {}
            other => return other,
        }
    };
    let first = next().await.unwrap();
    assert_eq!((first.data.as_slice(), first.offset), (&b"one\n"[..], 4));
    std::io::Write::write_all(
        &mut std::fs::File::options()
            .append(true)
            .open(home.path("t/local/f"))
            .unwrap(),
        b"two\n",
    )
    .unwrap();
    assert_eq!(next().await.unwrap().data, b"two\n");
    std::fs::File::create(home.path("t/local/f")).unwrap();
    assert_eq!(next().await.unwrap().file_event, FileEvent::Truncated);
    std::fs::remove_file(home.path("t/local/f")).unwrap();
    assert_eq!(next().await.unwrap().file_event, FileEvent::Deleted);
    assert_eq!(next().await, None);
    streaming.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_part_of_a_file_is_read_from_either_end() {
    let home = Home::new(false);
    home.write("t/local/f", "0123456789");
    let view = Arc::new(home.view());
    for (origin, offset, limit, wanted) in [
        (Origin::Start, 2, Some(3), "234"),
        (Origin::Start, 99, None, ""),
        (Origin::End, 3, None, "789"),
        (Origin::End, 99, Some(1), "0"),
    ] {
        let path = PathBuf::from("t/local/f");
        let request = StreamRequest {
            path,
            origin,
            offset,
            limit,
            follow: false,
        };
        let (out, mut frames) = tokio::sync::mpsc::channel(32);
        stream(Arc::clone(&view), request, out).await.unwrap();
        let mut data = Vec::new();
        while let Some(frame) = frames.recv().await {
            data.extend(frame.data);
        }
        assert_eq!(
            String::from_utf8(data).unwrap(),
            wanted,
            "{origin:?} {offset}"
        );
    }
}

//! Logs written and read at the same time, across rotation.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::time::Duration;

use nomad_client::fs::{Frame, FsError, Origin};
use nomad_client::logs::{LogRequest, LogWriter, Stream, read};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

fn request(dir: &Path) -> LogRequest {
    LogRequest {
        logs_dir: dir.to_owned(),
        task: "t".to_owned(),
        stream: Stream::Stdout,
        origin: Origin::Start,
        offset: 0,
        last_lines: None,
        follow: false,
    }
}

fn writer(dir: &Path, max_files: u32, max_file_bytes: u64) -> LogWriter {
    LogWriter::open(dir, "t", Stream::Stdout, max_files, max_file_bytes).unwrap()
}

async fn collect(mut frames: mpsc::Receiver<Frame>) -> (String, Vec<String>) {
    let (mut data, mut files) = (Vec::new(), Vec::new());
    while let Some(frame) = frames.recv().await {
        data.extend(&frame.data);
        if !frame.is_heartbeat() && files.last() != Some(&frame.file) {
            files.push(frame.file);
        }
    }
    (String::from_utf8(data).unwrap(), files)
}

async fn whole(request: LogRequest) -> (String, Vec<String>) {
    let (out, frames) = mpsc::channel(32);
    let reading = tokio::spawn(read(request, out, CancellationToken::new()));
    let read = tokio::time::timeout(Duration::from_secs(10), collect(frames))
        .await
        .unwrap();
    reading.await.unwrap().unwrap();
    read
}

#[tokio::test]
async fn a_log_is_read_across_its_files_from_either_end() {
    let dir = tempfile::tempdir().unwrap();
    writer(dir.path(), 10, 8).write(b"one\ntwo\nthree\nfour\n");
    let all = whole(request(dir.path())).await;
    assert_eq!(all.0, "one\ntwo\nthree\nfour\n");
    assert_eq!(all.1[0], "alloc/logs/t.stdout.0");
    assert!(all.1.len() > 1, "{:?}", all.1);
    let part = |origin, offset| LogRequest {
        origin,
        offset,
        ..request(dir.path())
    };
    assert_eq!(whole(part(Origin::Start, 10)).await.0, "ree\nfour\n");
    assert_eq!(whole(part(Origin::End, 7)).await.0, "e\nfour\n");
    assert_eq!(whole(part(Origin::End, 0)).await.0, "");
    assert_eq!(
        whole(part(Origin::End, 999)).await.0,
        "one\ntwo\nthree\nfour\n"
    );
}

#[tokio::test]
async fn the_last_lines_are_found_across_files() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = writer(dir.path(), 10, 8);
    log.write(b"one\ntwo\nthree\nfour\n");
    let lines = |lines| LogRequest {
        last_lines: Some(lines),
        ..request(dir.path())
    };
    for (count, text) in [
        (0, ""),
        (1, "four\n"),
        (2, "three\nfour\n"),
        (3, "two\nthree\nfour\n"),
        (9, "one\ntwo\nthree\nfour\n"),
    ] {
        assert_eq!(whole(lines(count)).await.0, text, "{count}");
    }
    log.write(b"half");
    assert_eq!(whole(lines(2)).await.0, "four\nhalf");
}

#[tokio::test]
async fn a_task_without_output_files_is_not_found() {
    let dir = tempfile::tempdir().unwrap();
    let (out, _frames) = mpsc::channel(32);
    let error = read(request(dir.path()), out, CancellationToken::new())
        .await
        .unwrap_err();
    assert!(matches!(error, FsError::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn a_follower_gets_every_line_across_rotation_and_ends_with_the_task() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = writer(dir.path(), 1_000, 300);
    log.write(b"line 0\n");
    let (out, frames) = mpsc::channel(4);
    let ended = CancellationToken::new();
    let follow = LogRequest {
        follow: true,
        ..request(dir.path())
    };
    let reading = tokio::spawn(read(follow, out, ended.clone()));
    let collecting = tokio::spawn(collect(frames));
    for n in 1..500 {
        log.write(format!("line {n}\n").as_bytes());
        if n % 50 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    ended.cancel();
    let (text, _) = tokio::time::timeout(Duration::from_secs(10), collecting)
        .await
        .unwrap()
        .unwrap();
    reading.await.unwrap().unwrap();
    let wanted: String = (0..500).map(|n| format!("line {n}\n")).collect();
    assert_eq!(text, wanted);
}

#[tokio::test]
async fn a_reader_that_leaves_ends_the_following() {
    let dir = tempfile::tempdir().unwrap();
    writer(dir.path(), 2, 300).write(b"line\n");
    let (out, frames) = mpsc::channel(4);
    let follow = LogRequest {
        follow: true,
        ..request(dir.path())
    };
    let reading = tokio::spawn(read(follow, out, CancellationToken::new()));
    drop(frames);
    tokio::time::timeout(Duration::from_secs(5), reading)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

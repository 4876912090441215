//! What the agent stores, on a real disk.

use std::sync::Arc;

use nomad_client::alloc::AllocProgress;
use nomad_client::store::{DiskStore, IdentityError, StateStore, StoreError, Write, load_identity};
use nomad_core::id::AllocId;
use nomad_core::model::{Allocation, Job};
use nomad_core::wire::node::Assignment;

fn assignment(number: u8, payload: String) -> Assignment {
    Assignment {
        alloc: Arc::new(Allocation {
            id: AllocId::from_random([number; 16]),
            ..Allocation::default()
        }),
        job: Arc::new(Job {
            payload: Some(payload),
            ..Job::default()
        }),
    }
}

fn progress() -> Box<AllocProgress> {
    Box::new(AllocProgress {
        setup_error: Some("none".to_owned()),
        ..AllocProgress::default()
    })
}

#[test]
fn what_was_written_is_read_again_by_the_next_agent_however_large() {
    let dir = tempfile::tempdir().unwrap();
    let large = "x".repeat(300 * 1024);
    for round in 0..2 {
        let store = DiskStore::open(dir.path()).unwrap();
        if round == 0 {
            let first = assignment(1, large.clone());
            let id = first.alloc.id;
            let writes = [Write::Assignment(first), Write::Progress(id, progress())];
            store.write(&writes).unwrap();
            continue;
        }
        let restored = store.load().unwrap();
        assert_eq!(restored.records.len(), 1);
        let record = restored.records.first().unwrap();
        assert_eq!(record.assignment.job.payload.as_ref(), Some(&large));
        assert_eq!(record.progress, *progress());
    }
}

#[test]
fn a_smaller_value_leaves_nothing_of_the_larger_one() {
    let dir = tempfile::tempdir().unwrap();
    let store = DiskStore::open(dir.path()).unwrap();
    for payload in ["x".repeat(200 * 1024), "y".to_owned()] {
        let write = Write::Assignment(assignment(1, payload));
        store.write(&[write]).unwrap();
    }
    let restored = store.load().unwrap();
    let record = restored.records.first().unwrap();
    assert_eq!(record.assignment.job.payload.as_deref(), Some("y"));
    store
        .write(&[Write::Forget(record.assignment.alloc.id)])
        .unwrap();
    assert!(store.load().unwrap().records.is_empty());
}

#[test]
fn a_damaged_record_loses_one_allocation_and_not_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let (good, bad) = (assignment(1, String::new()), assignment(2, String::new()));
    let bad_id = bad.alloc.id;
    {
        let store = DiskStore::open(dir.path()).unwrap();
        let writes = [Write::Assignment(good.clone()), Write::Assignment(bad)];
        store.write(&writes).unwrap();
    }
    {
        let db = sled::open(dir.path()).unwrap();
        let tree = db.open_tree("assignments").unwrap();
        let mut key = bad_id.as_bytes().to_vec();
        key.extend_from_slice(&[0; 4]);
        let mut value = tree.get(&key).unwrap().unwrap().to_vec();
        *value.last_mut().unwrap() ^= 1;
        tree.insert(key, value).unwrap();
        db.flush().unwrap();
    }
    let restored = DiskStore::open(dir.path()).unwrap().load().unwrap();
    let ids: Vec<AllocId> = restored
        .records
        .iter()
        .map(|record| record.assignment.alloc.id)
        .collect();
    assert_eq!(ids, [good.alloc.id]);
    let damaged = restored.damaged.first().unwrap();
    assert_eq!(damaged.0, bad_id);
    assert!(damaged.1.contains("checksum"), "{}", damaged.1);
}

#[test]
fn a_second_agent_on_the_same_state_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let _first = DiskStore::open(dir.path()).unwrap();
    let second = DiskStore::open(dir.path());
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
}

#[test]
fn a_node_keeps_its_identity_and_half_of_one_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let first = load_identity(dir.path()).unwrap();
    let again = load_identity(dir.path()).unwrap();
    assert_eq!(first.node_id, again.node_id);
    assert!(first.secret == again.secret);
    std::fs::remove_file(dir.path().join("secret-id")).unwrap();
    assert!(matches!(
        load_identity(dir.path()),
        Err(IdentityError::Half { .. })
    ));
}

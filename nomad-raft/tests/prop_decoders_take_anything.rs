//! Bytes from the disk or the network, however wrong, are an error and never a panic.

use nomad_core::seam::consensus::MemberId;
use nomad_core::seam::log_store::LogPosition;
use nomad_core::seam::snapshot_store::{Members, Snapshot};
use nomad_raft::log::format::{
    Record, RecordKind, decode, decode_segment_header, encode, encode_segment_header,
};
use nomad_raft::node::{MemoryNode, NodeConfig};
use nomad_raft::snapshot::format::{decode as decode_snapshot, encode as encode_snapshot};
use proptest::prelude::*;

/// Bytes of a segment with one record, some of them changed.
fn nearly_a_segment() -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (prop::collection::vec(any::<u8>(), 0..100), changes).prop_map(|(payload, changes)| {
        let mut bytes = encode_segment_header(1, 0).to_vec();
        let record = Record {
            kind: RecordKind::Command,
            index: 1,
            term: 1,
            synced_to: 0,
            payload: &payload,
        };
        encode(&mut bytes, 1, 32, &record);
        for (place, byte) in changes {
            *place.get_mut(&mut bytes) = byte;
        }
        bytes
    })
}

proptest! {
    #[test]
    fn a_segment(bytes in nearly_a_segment(), offset in 0_usize..200) {
        let _ = decode_segment_header(&bytes, 1);
        let _ = decode(&bytes, 1, 32);
        let _ = decode(&bytes, 1, offset);
    }

    #[test]
    fn a_snapshot(
        data in prop::collection::vec(any::<u8>(), 0..64),
        place in any::<prop::sample::Index>(),
        mask in 1_u8..,
    ) {
        let members = Members::voting(vec![1, 2, 3]);
        let snapshot = Snapshot { position: LogPosition::new(7, 2), members, data };
        let mut bytes = encode_snapshot(&snapshot);
        prop_assert_eq!(decode_snapshot(&bytes).unwrap(), snapshot);
        *place.get_mut(&mut bytes) ^= mask;
        prop_assert!(decode_snapshot(&bytes).is_err());
        let end = place.index(bytes.len());
        bytes.truncate(end);
        prop_assert!(decode_snapshot(&bytes).is_err());
    }

    #[test]
    fn a_message_of_a_peer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut node = MemoryNode::in_memory(&NodeConfig::single(MemberId(1))).unwrap();
        prop_assert!(node.step(&bytes).is_err());
    }
}

//! nomad-raft

//! nomad-bin

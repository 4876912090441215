//! nomad-bin

pub mod ui;

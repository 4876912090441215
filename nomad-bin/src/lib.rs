//! The parts of the `nomad` binary, usable from other programs.

mod api;
pub mod cli;
pub mod ui;

//! The simulated world (feature `sim`): seeded, single-threaded, without real I/O.

pub mod disk;

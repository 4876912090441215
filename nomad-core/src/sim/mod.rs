//! The simulated world (feature `sim`): seeded, single-threaded, without real I/O.
//!
//! [`world::World`] is the clock and the queue of what will happen, [`network::Network`] decides
//! what becomes of a message, [`driver::SimDriver`] runs pretended tasks that outlive their agent,
//! [`disk::SimDisk`] tears and forgets, [`faults::Faults`] says which of that a seed does, and
//! [`trace::Trace`] writes it all down. The same seed gives the same run, byte for byte.

pub mod disk;
pub mod driver;
pub mod faults;
pub mod network;
pub mod trace;
pub mod world;

//! May these live on that node: the one judge for scheduler and plan applier.
//!
//! In: a node, the [`Ledger`] of what occupies it, an [`Ask`]. Out: a [`Grant`] (what the
//! allocation gets: ports, cores, devices) or a [`Misfit`] (which dimension is short, by how much).
//! What is always true: a grant added to the ledger passes [`check`].

mod amounts;
mod ask;
mod check;
mod devices;
mod judge;
mod ledger;
mod misfit;
mod ports;
mod verify;

pub use amounts::{Amounts, available, occupied};
pub use ask::{Ask, DeviceAsk, PortAsk, TaskAsk};
pub use check::{check, check_allocs};
pub(crate) use devices::could_serve;
pub use judge::{Grant, Judged, fit, judge};
pub use ledger::{Ledger, PortClash};
pub use misfit::Misfit;
pub use ports::{PortRangeError, parse_ports};
pub use verify::{NodeVerdict, Verified, verify};

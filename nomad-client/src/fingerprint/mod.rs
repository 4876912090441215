//! What this machine is and has (spec/client 3).
//!
//! In: [`Settings`] from the agent's configuration and the machine's own files, read below a
//! [`Machine`] root so that tests bring machines of their own. Out: [`Found`] facts, merged into the
//! node. Always true: a fact that the machine does not tell is absent, never guessed (but for the
//! clock rate of cores that hide it, which placement cannot do without); features that this agent does
//! not have (bridge networks, CNI, dynamic volumes) are not advertised.

mod cgroup;
mod cpu;
mod drivers;
mod found;
mod host;
mod interfaces;
mod landlock;
mod machine;
mod memory;
mod network;
mod nomad;
mod numbers;
mod settings;
mod signal;
mod storage;
mod survey;

pub use drivers::survey_drivers;
pub use found::Found;
pub use machine::Machine;
pub use network::NetworkError;
pub use settings::{HostNetwork, Settings};
pub use survey::{SurveyError, survey};

//! Every limit of the agents' RPC, and the names of its headers.

use std::time::Duration;

/// Version of the protocol: the paths, headers and coding, not the messages.
pub(super) const VERSION: u32 = 1;
/// Carries [`VERSION`].
pub(super) const VERSION_HEADER: &str = "nomad-rpc-version";
/// How long the caller waits, in milliseconds.
pub(super) const DEADLINE_HEADER: &str = "nomad-rpc-deadline-ms";
/// Type of request and answer bodies.
pub(super) const BODY_TYPE: &str = "application/msgpack";

/// Longest time a handler may take, whatever the caller says: blocking queries end at ten minutes.
pub(super) const DEADLINE_MAX: Duration = Duration::from_mins(11);
/// Longest time for the body of a request to arrive.
pub(super) const BODY_TIME_MAX: Duration = Duration::from_mins(1);
/// Largest answer.
pub(super) const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Largest text of an error answer.
pub(super) const ERROR_BYTES_MAX: usize = 64 * 1024;
/// Longest silence after connecting (spec/api-cli 6.4).
pub(super) const FIRST_BYTE_TIME_MAX: Duration = Duration::from_secs(5);
/// Most connections at once; more wait to be accepted.
pub(super) const CONNECTIONS_MAX: usize = 16 * 1024;
/// Most requests at once on one connection.
pub(super) const REQUESTS_PER_CONNECTION_MAX: u32 = 1024;
/// Most bytes of headers.
pub(super) const HEADER_BYTES_MAX: u32 = 16 * 1024;

/// Longest time to make a connection.
pub(super) const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// Time between pings on a connection; it counts as broken when one is not answered in time.
pub(super) const PING_INTERVAL: Duration = Duration::from_secs(20);
/// Time in which a ping must be answered.
pub(super) const PING_TIME_MAX: Duration = Duration::from_secs(10);
/// Time for running requests to end when the server stops.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// Pause after every server failed; it doubles up to [`PAUSE_MAX`].
pub(super) const PAUSE_MIN: Duration = Duration::from_millis(50);
/// Longest pause.
pub(super) const PAUSE_MAX: Duration = Duration::from_secs(3);

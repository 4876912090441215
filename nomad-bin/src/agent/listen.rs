//! Binding the agent's ports.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::TcpListener;

/// Ports tried after a taken one when the next free one will do.
const PORTS_TRIED_MAX: u16 = 64;

/// Why a port cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Another program has it.
    #[error(
        "listen for {what} on {at}: the port is taken by another program; stop it, or set ports {{ {what} = ... }}"
    )]
    Taken {
        /// `http`, `rpc` or `serf`.
        what: &'static str,
        /// The address.
        at: String,
    },
    /// The address is not one of this machine, or not an address.
    #[error("listen for {what} on {at}: {source}")]
    Other {
        /// `http`, `rpc` or `serf`.
        what: &'static str,
        /// The address.
        at: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A bound port.
pub(super) struct Bound {
    /// The listener.
    pub listener: TcpListener,
    /// Its address.
    pub at: SocketAddr,
    /// The port asked for, when it was taken.
    pub instead_of: Option<u16>,
}

/// Binds `host:port`; when it is taken and `next_free` allows, the next free port above it.
///
/// # Errors
///
/// See [`ListenError`].
pub(super) async fn bind(
    what: &'static str,
    host: &str,
    port: u16,
    next_free: bool,
) -> Result<Bound, ListenError> {
    let tries = if next_free { PORTS_TRIED_MAX } else { 1 };
    let mut last = None;
    for step in 0..tries {
        let Some(candidate) = port.checked_add(step.saturating_mul(3)) else {
            break;
        };
        match TcpListener::bind((host, candidate)).await {
            Ok(listener) => {
                let at = local_addr(what, host, candidate, &listener)?;
                return Ok(Bound {
                    listener,
                    at,
                    instead_of: (step > 0).then_some(port),
                });
            }
            Err(error) => last = Some(error),
        }
        if last
            .as_ref()
            .is_some_and(|error| error.kind() != ErrorKind::AddrInUse)
        {
            break;
        }
    }
    let at = format!("{host}:{port}");
    Err(match last {
        Some(source) if source.kind() != ErrorKind::AddrInUse => {
            ListenError::Other { what, at, source }
        }
        _ => ListenError::Taken { what, at },
    })
}

fn local_addr(
    what: &'static str,
    host: &str,
    port: u16,
    listener: &TcpListener,
) -> Result<SocketAddr, ListenError> {
    let at = format!("{host}:{port}");
    listener
        .local_addr()
        .map_err(|source| ListenError::Other { what, at, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_refused_by_name_or_stepped_over() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let refused = bind("http", "127.0.0.1", port, false).await.err().unwrap();
        assert!(
            refused.to_string().contains("the port is taken"),
            "{refused}"
        );
        let bound = bind("http", "127.0.0.1", port, true).await.unwrap();
        assert_eq!(bound.instead_of, Some(port));
        assert_ne!(bound.at.port(), port);
    }
}

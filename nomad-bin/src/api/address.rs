//! Where an agent listens: `http://host:port`, or `unix:///path.sock`.

use std::path::PathBuf;

use super::ApiError;

/// The address that is asked when none is given.
const DEFAULT: &str = "http://127.0.0.1:4646";
/// Port of an address without one.
const PORT: u16 = 4646;

/// An agent's address, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// `http://host:port`
    Tcp {
        /// Name or IP; IPv6 in brackets.
        host: String,
        /// TCP port.
        port: u16,
        /// Path before `/v1`, without a slash at its end.
        base: String,
    },
    /// `unix:///path.sock`
    Unix(PathBuf),
}

impl Address {
    /// Reads an address; `None` means the default.
    pub(crate) fn parse(text: Option<&str>) -> Result<Self, ApiError> {
        let text = text.unwrap_or(DEFAULT);
        let bad = |reason: &'static str| ApiError::Address {
            address: text.to_owned(),
            reason,
        };
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(bad("it needs a scheme, as in http://127.0.0.1:4646"));
        };
        match scheme {
            "unix" => return Ok(Self::Unix(PathBuf::from(rest))),
            "http" => {}
            "https" => return Err(bad("not supported yet: https (TLS) addresses")),
            _ => return Err(bad("the scheme must be http or unix")),
        }
        let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (
                host,
                port.parse()
                    .map_err(|_| bad("the port is no number below 65536"))?,
            ),
            _ => (authority, PORT),
        };
        if host.is_empty() {
            return Err(bad("the host is missing"));
        }
        let base = base.trim_end_matches('/');
        let base = if base.is_empty() {
            String::new()
        } else {
            format!("/{base}")
        };
        Ok(Self::Tcp {
            host: host.to_owned(),
            port,
            base,
        })
    }

    /// The address as a URL without a slash at its end.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Tcp { host, port, base } => format!("http://{host}:{port}{base}"),
            Self::Unix(path) => format!("unix://{}", path.display()),
        }
    }

    /// The `Host` header.
    pub(crate) fn host(&self) -> String {
        match self {
            Self::Tcp { host, port, .. } => format!("{host}:{port}"),
            Self::Unix(_) => "localhost".to_owned(),
        }
    }

    /// Path before `/v1`.
    pub(crate) fn base(&self) -> &str {
        match self {
            Self::Tcp { base, .. } => base,
            Self::Unix(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_again() {
        for (text, url) in [
            ("http://127.0.0.1:4646", "http://127.0.0.1:4646"),
            ("http://example.com", "http://example.com:4646"),
            ("http://[::1]:80/", "http://[::1]:80"),
            ("http://[::1]", "http://[::1]:4646"),
            ("http://proxy/nomad/", "http://proxy:4646/nomad"),
            ("unix:///run/nomad.sock", "unix:///run/nomad.sock"),
        ] {
            assert_eq!(Address::parse(Some(text)).unwrap().url(), url);
        }
        assert_eq!(Address::parse(None).unwrap().host(), "127.0.0.1:4646");
    }

    #[test]
    fn bad_addresses_say_what_is_wrong() {
        for text in [
            "127.0.0.1:4646",
            "ftp://x",
            "http://x:99999",
            "http://:1",
            "https://x",
        ] {
            assert!(Address::parse(Some(text)).is_err(), "{text}");
        }
    }
}

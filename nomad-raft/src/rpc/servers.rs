//! The servers that a client may talk to, and which one it prefers.

/// A list with a place in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Servers {
    addresses: Vec<String>,
    current: usize,
}

impl Servers {
    pub(super) fn new(addresses: Vec<String>) -> Self {
        Self {
            addresses,
            current: 0,
        }
    }

    /// Replaces the list; the first of it is preferred from now on.
    pub(super) fn replace(&mut self, addresses: Vec<String>) {
        if !addresses.is_empty() {
            *self = Self::new(addresses);
        }
    }

    /// Prefers this server, adding it if it is new.
    pub(super) fn prefer(&mut self, address: &str) {
        let known = self.addresses.iter().position(|known| known == address);
        self.current = known.unwrap_or_else(|| {
            self.addresses.push(address.to_owned());
            self.addresses.len() - 1
        });
    }

    pub(super) fn current(&self) -> Option<&str> {
        self.addresses.get(self.current).map(String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.addresses.len()
    }

    pub(super) fn list(&self) -> Vec<String> {
        self.addresses.clone()
    }

    /// Moves on from a server that failed, unless somebody did so already.
    pub(super) fn failed(&mut self, address: &str) {
        if self.current() == Some(address) {
            self.current = (self.current + 1) % self.addresses.len().max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_server_gives_way_to_the_next_and_the_list_goes_round() {
        let mut servers = Servers::new(vec!["a".to_owned(), "b".to_owned()]);
        servers.failed("b");
        assert_eq!(servers.current(), Some("a"), "b was not in use");
        servers.failed("a");
        servers.failed("a");
        assert_eq!(servers.current(), Some("b"));
        servers.failed("b");
        assert_eq!(servers.current(), Some("a"));
    }

    #[test]
    fn a_leader_named_by_a_server_is_preferred() {
        let mut servers = Servers::new(vec!["a".to_owned()]);
        servers.prefer("c");
        assert_eq!((servers.current(), servers.len()), (Some("c"), 2));
        servers.replace(Vec::new());
        assert_eq!(
            servers.current(),
            Some("c"),
            "an empty list changes nothing"
        );
    }
}

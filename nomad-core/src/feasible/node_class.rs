//! The computed class of a node (spec/scheduler 6.4).

use crate::model::Node;

/// Keys of facts that tell nodes of one class apart.
const UNIQUE: &str = "unique.";

/// FNV-1a, 64 bits: stable over versions and machines.
struct Hash(u64);

impl Hash {
    fn text(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn facts<'a>(&mut self, facts: impl Iterator<Item = (&'a String, &'a String)>) {
        for (key, value) in facts.filter(|(key, _)| !key.starts_with(UNIQUE)) {
            self.text(key);
            self.text(value);
        }
        self.text("");
    }
}

/// The class of a node: equal for nodes that differ in nothing but unique facts, resources, driver
/// health and volumes. The form is `v1:<decimal>`; only equality means anything.
#[must_use]
pub fn node_class(node: &Node) -> String {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    hash.text(&node.datacenter);
    hash.text(&node.node_class);
    hash.text(node.node_pool.as_str());
    hash.facts(node.attributes.iter());
    hash.facts(node.meta.iter());
    for device in &node.node_resources.devices {
        hash.text(&device.vendor);
        hash.text(&device.kind);
        hash.text(&device.name);
        let facts = device
            .attributes
            .iter()
            .filter(|(key, _)| !key.starts_with(UNIQUE));
        for (key, fact) in facts {
            hash.text(key);
            hash.text(&format!("{fact:?}"));
        }
    }
    format!("v1:{}", hash.0)
}

#[cfg(test)]
mod tests {
    use super::node_class;
    use crate::model::Node;

    #[test]
    fn unique_facts_do_not_make_a_class() {
        let node = |key: &str, value: &str| {
            let mut node = Node::default();
            node.attributes.insert(key.into(), value.into());
            node_class(&node)
        };
        assert_eq!(node("unique.hostname", "a"), node("unique.hostname", "b"));
        assert_ne!(node("kernel.name", "linux"), node("kernel.name", "windows"));
    }
}

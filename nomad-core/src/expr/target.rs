//! Targets of constraints: `${attr.kernel.name}`, `${node.class}`, or a text that stands for itself.

use crate::model::Node;

/// A compiled target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Stands for itself.
    Literal(String),
    /// `${node.unique.id}`.
    NodeId,
    /// `${node.unique.name}`.
    NodeName,
    /// `${node.datacenter}`.
    Datacenter,
    /// `${node.class}`.
    NodeClass,
    /// `${node.pool}`.
    NodePool,
    /// `${attr.KEY}`.
    Attribute(String),
    /// `${meta.KEY}`.
    Meta(String),
    /// Names nothing that a node has.
    Unknown,
}

impl Target {
    /// Compiles a target; every text is one (spec/scheduler 6.8).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if !text.starts_with("${") {
            return Self::Literal(text.to_owned());
        }
        let key = |prefix: &str| {
            let rest = text.strip_prefix(prefix)?;
            Some(rest.strip_suffix('}').unwrap_or(rest).to_owned())
        };
        match text {
            "${node.unique.id}" => Self::NodeId,
            "${node.unique.name}" => Self::NodeName,
            "${node.datacenter}" => Self::Datacenter,
            "${node.class}" => Self::NodeClass,
            "${node.pool}" => Self::NodePool,
            _ => key("${attr.")
                .map(Self::Attribute)
                .or_else(|| key("${meta.").map(Self::Meta))
                .unwrap_or(Self::Unknown),
        }
    }

    /// What it stands for on `node`, if anything. Ids are drawn, so their text is made here.
    #[must_use]
    pub fn resolve<'a>(&'a self, node: &'a Node) -> Option<std::borrow::Cow<'a, str>> {
        let text: &str = match self {
            Self::Literal(text) => text,
            Self::NodeId => return Some(node.id.to_string().into()),
            Self::NodeName => &node.name,
            Self::Datacenter => &node.datacenter,
            Self::NodeClass => &node.node_class,
            Self::NodePool => node.node_pool.as_str(),
            Self::Attribute(key) => node.attributes.get(key)?,
            Self::Meta(key) => node.meta.get(key)?,
            Self::Unknown => return None,
        };
        Some(text.into())
    }

    /// True when nodes of one computed class may differ in it (spec/scheduler 6.4).
    #[must_use]
    pub fn escapes_class(text: &str) -> bool {
        [
            "${unique.",
            "${node.unique.",
            "${attr.unique.",
            "${meta.unique.",
        ]
        .iter()
        .any(|prefix| text.starts_with(prefix))
    }
}

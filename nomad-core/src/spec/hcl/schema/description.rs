//! What a schema is made of. A field of the job language is one line of a table: its name in the
//! file, its name in the public JSON, its kind, and what stands in the JSON where it is not set.

use serde_json::{Map, Value as Json};

/// A JSON object under construction.
pub(in crate::spec::hcl) type Object = Map<String, Json>;

/// What may stand in a block.
pub(in crate::spec::hcl) struct Schema {
    pub(in crate::spec::hcl) attributes: &'static [Attribute],
    pub(in crate::spec::hcl) blocks: &'static [Block],
    /// Turns shorthand into fields and fills what the language fills.
    pub(in crate::spec::hcl) finish: Option<Finish>,
}

/// Completes the JSON of a block; an error text is reported at the block.
pub(in crate::spec::hcl) type Finish = fn(&mut Object) -> Result<(), String>;

/// One argument of a block.
pub(in crate::spec::hcl) struct Attribute {
    pub(in crate::spec::hcl) name: &'static str,
    pub(in crate::spec::hcl) json: &'static str,
    pub(in crate::spec::hcl) kind: Kind,
    /// Whether the JSON has null (rather than an empty value) where it is not set.
    pub(in crate::spec::hcl) nullable: bool,
}

/// The type of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::spec::hcl) enum Kind {
    Text,
    Int,
    Unsigned,
    Bool,
    Duration,
    Texts,
    /// A list of texts, or one text for a list of one.
    TextsOrOne,
    Unsigneds,
    TextMap,
}

/// One kind of nested block.
pub(in crate::spec::hcl) struct Block {
    pub(in crate::spec::hcl) name: &'static str,
    pub(in crate::spec::hcl) json: &'static str,
    pub(in crate::spec::hcl) count: Count,
    /// The JSON name of its label, where it has one.
    pub(in crate::spec::hcl) label: Option<&'static str>,
    pub(in crate::spec::hcl) content: Content,
}

/// How often a block may occur, and where its JSON goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::spec::hcl) enum Count {
    /// At most once: an object.
    One,
    /// Any number: a list.
    Many,
    /// Any number: a map by label.
    Table,
}

/// What a block holds.
#[derive(Clone, Copy)]
pub(in crate::spec::hcl) enum Content {
    /// Known arguments and blocks.
    Schema(&'static Schema),
    /// Free names with text values, also as `name = { ... }` where `true`.
    Texts { as_argument: bool },
    /// Free names with lists of text.
    TextLists,
    /// Anything: driver settings and the like, also as `name = { ... }`.
    Anything,
}

const fn attribute(
    name: &'static str,
    json: &'static str,
    kind: Kind,
    nullable: bool,
) -> Attribute {
    Attribute {
        name,
        json,
        kind,
        nullable,
    }
}

/// Text, `""` where not set.
pub(super) const fn text(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Text, false)
}

/// Text, null where not set.
pub(super) const fn text_or_null(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Text, true)
}

/// A whole number, 0 where not set.
pub(super) const fn int(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Int, false)
}

/// A whole number, null where not set.
pub(super) const fn int_or_null(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Int, true)
}

/// A whole number from 0, 0 where not set.
pub(super) const fn unsigned(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Unsigned, false)
}

/// A whole number from 0, null where not set.
pub(super) const fn unsigned_or_null(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Unsigned, true)
}

/// A bool, false where not set.
pub(super) const fn flag(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Bool, false)
}

/// A bool, null where not set.
pub(super) const fn flag_or_null(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Bool, true)
}

/// A duration, 0 where not set.
pub(super) const fn duration(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Duration, false)
}

/// A duration, null where not set.
pub(super) const fn duration_or_null(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Duration, true)
}

/// A list of texts, null where not set.
pub(super) const fn texts(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Texts, true)
}

/// A list of texts or a single text, null where not set.
pub(super) const fn texts_or_one(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::TextsOrOne, true)
}

/// A list of whole numbers from 0, null where not set.
pub(super) const fn unsigneds(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::Unsigneds, true)
}

/// A map of texts, null where not set.
pub(super) const fn text_map(name: &'static str, json: &'static str) -> Attribute {
    attribute(name, json, Kind::TextMap, true)
}

/// A block that may occur once.
pub(super) const fn one(name: &'static str, json: &'static str, schema: &'static Schema) -> Block {
    Block {
        name,
        json,
        count: Count::One,
        label: None,
        content: Content::Schema(schema),
    }
}

/// A block that may occur any number of times.
pub(super) const fn many(name: &'static str, json: &'static str, schema: &'static Schema) -> Block {
    Block {
        name,
        json,
        count: Count::Many,
        label: None,
        content: Content::Schema(schema),
    }
}

/// A block with a label that may occur any number of times.
pub(super) const fn labeled(
    name: &'static str,
    json: &'static str,
    label: &'static str,
    schema: &'static Schema,
) -> Block {
    Block {
        name,
        json,
        count: Count::Many,
        label: Some(label),
        content: Content::Schema(schema),
    }
}

/// A block with a label, in the JSON a map by label.
pub(super) const fn table(
    name: &'static str,
    json: &'static str,
    label: &'static str,
    schema: &'static Schema,
) -> Block {
    Block {
        name,
        json,
        count: Count::Table,
        label: Some(label),
        content: Content::Schema(schema),
    }
}

/// A block of free names with text values.
pub(super) const fn map(name: &'static str, json: &'static str) -> Block {
    let content = Content::Texts { as_argument: false };
    Block {
        name,
        json,
        count: Count::One,
        label: None,
        content,
    }
}

/// A block of free names with text values, or an argument with a map.
pub(super) const fn map_or_argument(name: &'static str, json: &'static str) -> Block {
    let content = Content::Texts { as_argument: true };
    Block {
        name,
        json,
        count: Count::One,
        label: None,
        content,
    }
}

/// A block of free names with lists of text.
pub(super) const fn list_map(name: &'static str, json: &'static str) -> Block {
    Block {
        name,
        json,
        count: Count::One,
        label: None,
        content: Content::TextLists,
    }
}

/// A block of anything.
pub(super) const fn anything(name: &'static str, json: &'static str) -> Block {
    Block {
        name,
        json,
        count: Count::One,
        label: None,
        content: Content::Anything,
    }
}

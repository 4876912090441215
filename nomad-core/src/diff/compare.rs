//! Comparing two blocks along their shape.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::flat;
use super::shape::{Form, Part, Shape};
use super::tree::{Change, FieldDiff, Flat, ObjectDiff};
use crate::model::list::List;

/// How a thing changes that is there or not.
pub(super) fn presence(old: Option<&Value>, new: Option<&Value>) -> Option<Change> {
    match (old, new) {
        (None, None) => None,
        (None, Some(_)) => Some(Change::Added),
        (Some(_), None) => Some(Change::Deleted),
        (Some(_), Some(_)) => Some(Change::Edited),
    }
}

/// The values that differ, sorted by name; with `all`, those that do not as well.
pub(super) fn fields(old: &Flat, new: &Flat, all: bool) -> List<FieldDiff> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let (old, new) = (old.get(name), new.get(name));
        let (old, new) = (
            old.cloned().unwrap_or_default(),
            new.cloned().unwrap_or_default(),
        );
        let change = match (old.is_empty(), new.is_empty()) {
            _ if old == new => Change::None,
            (true, _) => Change::Added,
            (_, true) => Change::Deleted,
            _ => Change::Edited,
        };
        if all || change != Change::None {
            found.push(FieldDiff {
                r#type: change,
                name: name.clone(),
                old,
                new,
                ..FieldDiff::default()
            });
        }
    }
    List(found)
}

/// The values of a block on its own level.
pub(super) fn own_fields(
    old: Option<&Value>,
    new: Option<&Value>,
    shape: &Shape,
) -> List<FieldDiff> {
    let values = |side: Option<&Value>| side.map(|block| flat::values(block, shape));
    fields(
        &values(old).unwrap_or_default(),
        &values(new).unwrap_or_default(),
        false,
    )
}

/// The blocks below a block that differ.
pub(super) fn parts(old: Option<&Value>, new: Option<&Value>, shape: &Shape) -> List<ObjectDiff> {
    let mut found = Vec::new();
    for part in shape.parts {
        compare_part(inner(old, part.key), inner(new, part.key), part, &mut found);
    }
    List(found)
}

/// The lists of texts within a block, where they do not differ: shown beside what does.
fn same_texts(old: Option<&Value>, new: Option<&Value>, shape: &Shape) -> Vec<ObjectDiff> {
    let lists = shape
        .parts
        .iter()
        .filter(|part| matches!(part.form, Form::ShownTexts));
    let found = lists.filter_map(|part| {
        let (old, new) = (
            text_set(inner(old, part.key)),
            text_set(inner(new, part.key)),
        );
        (old == new && !old.is_empty()).then(|| text_list(&old, &new, part.name, Change::None))
    });
    found.collect()
}

fn inner<'v>(block: Option<&'v Value>, key: &str) -> Option<&'v Value> {
    block?.get(key).filter(|value| !value.is_null())
}

fn compare_part(
    old: Option<&Value>,
    new: Option<&Value>,
    part: &Part,
    found: &mut Vec<ObjectDiff>,
) {
    match part.form {
        Form::One(shape) => found.extend(block(old, new, shape, part.name)),
        Form::Set(shape, keys) => set(old, new, shape, keys, part.name, found),
        Form::Texts | Form::ShownTexts => found.extend(texts(old, new, part.name)),
        Form::Tree => found.extend(table(&tree(old), &tree(new), part.name)),
        Form::Entries(key) => {
            let (old, new) = (inner(old, key), inner(new, key));
            found.extend(table(&tree(old), &tree(new), part.name));
        }
    }
}

fn tree(side: Option<&Value>) -> Flat {
    side.map(flat::tree).unwrap_or_default()
}

/// A block that may be missing on either side; none when nothing differs.
fn block(
    old: Option<&Value>,
    new: Option<&Value>,
    shape: &Shape,
    name: &str,
) -> Option<ObjectDiff> {
    let change = presence(old, new)?;
    let values = |side: Option<&Value>| side.map(|block| flat::values(block, shape));
    let (before, after) = (
        values(old).unwrap_or_default(),
        values(new).unwrap_or_default(),
    );
    let mut objects = parts(old, new, shape);
    if change == Change::Edited && before == after && objects.is_empty() {
        return None;
    }
    objects.extend(same_texts(old, new, shape));
    Some(ObjectDiff {
        r#type: change,
        name: name.to_owned(),
        fields: fields(&before, &after, true),
        objects,
    })
}

/// A block that is nothing but a table of values.
fn table(old: &Flat, new: &Flat, name: &str) -> Option<ObjectDiff> {
    if old == new {
        return None;
    }
    let change = match (old.is_empty(), new.is_empty()) {
        (true, _) => Change::Added,
        (_, true) => Change::Deleted,
        _ => Change::Edited,
    };
    Some(ObjectDiff {
        r#type: change,
        name: name.to_owned(),
        fields: fields(old, new, true),
        objects: List::default(),
    })
}

/// A list of texts as a set: a field per text, all named like the list.
fn texts(old: Option<&Value>, new: Option<&Value>, name: &str) -> Option<ObjectDiff> {
    let (old, new) = (text_set(old), text_set(new));
    if old == new {
        return None;
    }
    let change = match (old.is_subset(&new), new.is_subset(&old)) {
        (true, _) => Change::Added,
        (_, true) => Change::Deleted,
        _ => Change::Edited,
    };
    Some(text_list(&old, &new, name, change))
}

fn text_list(
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
    name: &str,
    change: Change,
) -> ObjectDiff {
    let field = |text: &String| {
        let (before, after) = (old.contains(text), new.contains(text));
        let shown = |there: bool| if there { text.clone() } else { String::new() };
        FieldDiff {
            r#type: match (before, after) {
                (true, true) => Change::None,
                (true, false) => Change::Deleted,
                _ => Change::Added,
            },
            name: name.to_owned(),
            old: shown(before),
            new: shown(after),
            ..FieldDiff::default()
        }
    };
    ObjectDiff {
        r#type: change,
        name: name.to_owned(),
        fields: old.union(new).map(field).collect(),
        objects: List::default(),
    }
}

fn text_set(side: Option<&Value>) -> BTreeSet<String> {
    let items = side.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(flat::text).collect()
}

/// Blocks of one kind, matched by `keys`: new ones, gone ones, edited ones.
fn set(
    old: Option<&Value>,
    new: Option<&Value>,
    shape: &Shape,
    keys: &[&str],
    name: &str,
    found: &mut Vec<ObjectDiff>,
) {
    let (old, new) = (by_identity(old, keys), by_identity(new, keys));
    let only = |these: &BTreeMap<String, Value>, those: &BTreeMap<String, Value>| {
        let left: Vec<String> = these
            .keys()
            .filter(|key| !those.contains_key(*key))
            .cloned()
            .collect();
        left
    };
    for key in only(&new, &old) {
        found.extend(block(None, new.get(&key), shape, name));
    }
    for key in only(&old, &new) {
        found.extend(block(old.get(&key), None, shape, name));
    }
    for (key, before) in &old {
        if let Some(after) = new.get(key) {
            found.extend(block(Some(before), Some(after), shape, name));
        }
    }
}

/// Blocks by identity; a second one of the same identity counts on.
fn by_identity(side: Option<&Value>, keys: &[&str]) -> BTreeMap<String, Value> {
    let items: Vec<&Value> = match side {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(entries)) => entries.values().collect(),
        _ => Vec::new(),
    };
    let mut found = BTreeMap::new();
    for item in items {
        let identity = if keys.is_empty() {
            item.to_string()
        } else {
            let texts = keys.iter().map(|key| item.get(key).and_then(flat::text));
            let texts: Vec<String> = texts.map(Option::unwrap_or_default).collect();
            texts.join("\u{0}")
        };
        let mut unique = identity.clone();
        let mut count = 0_u32;
        while found.contains_key(&unique) {
            count += 1;
            unique = format!("{identity}\u{0}{count}");
        }
        found.insert(unique, item.clone());
    }
    found
}

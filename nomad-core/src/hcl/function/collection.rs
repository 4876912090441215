//! Functions of lists, maps and objects.

use super::registry::{
    Answer, Call, Function, Kind, Parameter, Refusal, function, takes, takes_null, variadic,
};
use crate::hcl::convert::convert;
use crate::hcl::eval::index_value;
use crate::hcl::number::Number;
use crate::hcl::types::Type;
use crate::hcl::unify::unify;
use crate::hcl::value::{FieldsKind, Items, ItemsKind, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST: Parameter = takes("list", Kind::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "chunklist",
        &[takes("list", Kind::AnyList), takes("size", Kind::Number)],
        chunklist,
    ),
    variadic("coalesce", &[], takes_null("vals", Kind::Any), coalesce),
    variadic(
        "coalescelist",
        &[],
        takes_null("vals", Kind::Any),
        coalescelist,
    ),
    function("compact", &[takes("list", Kind::TextList)], |call| {
        let kept = call
            .texts(0)
            .filter(|text| !text.is_empty())
            .map(Value::text);
        Ok(Value::list(kept.collect()))
    }),
    variadic("concat", &[], takes("seqs", Kind::Any), concat),
    function(
        "contains",
        &[LIST, takes_null("value", Kind::Any)],
        contains,
    ),
    function("distinct", &[takes("list", Kind::AnyList)], distinct),
    function("element", &[LIST, takes("index", Kind::Number)], element),
    function("flatten", &[LIST], flatten),
    function(
        "index",
        &[takes("collection", Kind::Any), takes("key", Kind::Any)],
        index,
    ),
    function("keys", &[takes("inputMap", Kind::Any)], keys),
    function("length", &[takes("collection", Kind::Any)], length),
    function(
        "lookup",
        &[
            takes("inputMap", Kind::Any),
            takes("key", Kind::Text),
            takes("default", Kind::Any),
        ],
        lookup,
    ),
    variadic("merge", &[], takes_null("maps", Kind::Any), merge),
    function(
        "slice",
        &[
            LIST,
            takes("start_index", Kind::Number),
            takes("end_index", Kind::Number),
        ],
        slice,
    ),
    function("sort", &[takes("list", Kind::TextList)], sort),
    function("values", &[takes("mapping", Kind::Any)], values),
    function(
        "zipmap",
        &[takes("keys", Kind::TextList), takes("values", Kind::Any)],
        zipmap,
    ),
];

/// A list, set or tuple; anything else is refused as an argument.
fn sequence<'a>(call: &'a Call<'_>, at: usize) -> Result<&'a Items, Refusal> {
    match call.value(at) {
        Value::Items(items) => Ok(items),
        other => {
            let what = other.type_name();
            Err(Refusal::argument(
                at,
                format!("a list or tuple is required, not a {what}"),
            ))
        }
    }
}

/// A part of a sequence, of the same kind; sets become lists.
fn like(items: &Items, list: Vec<Value>) -> Value {
    match items.kind() {
        ItemsKind::Tuple => Value::tuple(list),
        ItemsKind::List | ItemsKind::Set => Value::list(list),
    }
}

fn chunklist(call: &Call<'_>) -> Answer {
    let size = usize::try_from(call.whole(1)?)
        .map_err(|_| Refusal::argument(1, "the size must not be negative"))?;
    let items = call.items(0);
    if size == 0 {
        return Ok(Value::list(vec![Value::list(items.to_vec())]));
    }
    Ok(Value::list(
        items
            .chunks(size)
            .map(|chunk| Value::list(chunk.to_vec()))
            .collect(),
    ))
}

fn coalesce(call: &Call<'_>) -> Answer {
    let types: Vec<_> = call.arguments.iter().map(Type::of).collect();
    let joint = unify(&types)
        .filter(|_| !types.is_empty())
        .ok_or_else(|| Refusal::whole("all arguments must have the same type"))?;
    match call.arguments.iter().find(|value| !value.is_null()) {
        Some(first) => convert(first, &joint).map_err(|error| Refusal::whole(error.to_string())),
        None => Err(Refusal::whole("all arguments are null")),
    }
}

fn coalescelist(call: &Call<'_>) -> Answer {
    if call.arguments.is_empty() {
        return Err(Refusal::whole("at least one argument is required"));
    }
    for (at, value) in call.arguments.iter().enumerate() {
        if !value.is_null() && !sequence(call, at)?.list().is_empty() {
            return Ok(value.clone());
        }
    }
    Err(Refusal::whole("all lists are empty"))
}

fn concat(call: &Call<'_>) -> Answer {
    if call.arguments.is_empty() {
        return Err(Refusal::whole("at least one argument is required"));
    }
    let mut list = Vec::new();
    let mut all_lists = true;
    for at in 0..call.arguments.len() {
        let items = sequence(call, at)?;
        if items.kind() == ItemsKind::Set {
            return Err(Refusal::argument(
                at,
                "lists or tuples are required, not a set",
            ));
        }
        all_lists &= items.kind() == ItemsKind::List;
        list.extend_from_slice(items.list());
    }
    Ok(if all_lists {
        Value::list(list)
    } else {
        Value::tuple(list)
    })
}

fn contains(call: &Call<'_>) -> Answer {
    match call.value(0) {
        Value::Items(items) => Ok(Value::Bool(items.list().contains(call.value(1)))),
        _ => Err(Refusal::whole(
            "the first argument must be a list, tuple or set",
        )),
    }
}

fn distinct(call: &Call<'_>) -> Answer {
    let mut kept: Vec<Value> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for item in call.items(0) {
        if seen.insert(Ordered(item.clone())) {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

/// A value in the total order of values.
#[derive(PartialEq, Eq)]
struct Ordered(Value);

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.order(&other.0)
    }
}

fn element(call: &Call<'_>) -> Answer {
    let items = sequence(call, 0)?;
    if items.kind() == ItemsKind::Set {
        return Err(Refusal::argument(0, "elements of a set have no index"));
    }
    let at = call.whole(1)?;
    let count = i64::try_from(items.list().len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Err(Refusal::whole("the list is empty"));
    }
    let at = usize::try_from(at.rem_euclid(count)).unwrap_or(0);
    Ok(items.list().get(at).cloned().unwrap_or(Value::Null))
}

fn flatten(call: &Call<'_>) -> Answer {
    let mut list = Vec::new();
    push_flat(sequence(call, 0)?.list(), &mut list);
    Ok(Value::tuple(list))
}

fn push_flat(items: &[Value], out: &mut Vec<Value>) {
    for item in items {
        match item.as_items() {
            Some(inner) => push_flat(inner, out),
            None => out.push(item.clone()),
        }
    }
}

fn index(call: &Call<'_>) -> Answer {
    index_value(call.value(0), call.value(1), &(0..0)).map_err(|fault| Refusal::whole(fault.detail))
}

fn mapping<'a>(call: &'a Call<'_>, at: usize) -> Result<&'a BTreeMap<Arc<str>, Value>, Refusal> {
    call.value(at).as_fields().ok_or_else(|| {
        let what = call.value(at).type_name();
        Refusal::argument(at, format!("a map or object is required, not a {what}"))
    })
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Fields(fields) if fields.kind() == FieldsKind::Object)
}

fn sequence_like(value: &Value, list: Vec<Value>) -> Value {
    if is_object(value) {
        Value::tuple(list)
    } else {
        Value::list(list)
    }
}

fn keys(call: &Call<'_>) -> Answer {
    let names = mapping(call, 0)?
        .keys()
        .map(|key| Value::String(Arc::clone(key)));
    Ok(sequence_like(call.value(0), names.collect()))
}

fn values(call: &Call<'_>) -> Answer {
    let list = mapping(call, 0)?.values().cloned().collect();
    Ok(sequence_like(call.value(0), list))
}

fn length(call: &Call<'_>) -> Answer {
    match call.value(0) {
        Value::Items(items) => Ok(Value::Number(Number::from(items.list().len()))),
        Value::Fields(fields) if fields.kind() == FieldsKind::Map => {
            Ok(Value::Number(Number::from(fields.map().len())))
        }
        Value::String(_) => Err(Refusal::whole(
            "the collection must be a list, a map or a tuple; the length of a text is strlen(text)",
        )),
        _ => Err(Refusal::whole(
            "the collection must be a list, a map or a tuple",
        )),
    }
}

fn lookup(call: &Call<'_>) -> Answer {
    let found = mapping(call, 0)?.get(call.text(1));
    Ok(found.unwrap_or_else(|| call.value(2)).clone())
}

fn merge(call: &Call<'_>) -> Answer {
    let mut merged = BTreeMap::new();
    let mut all_maps = !call.arguments.is_empty();
    for value in call.arguments.iter().filter(|value| !value.is_null()) {
        let Some(fields) = value.as_fields() else {
            let what = value.type_name();
            return Err(Refusal::whole(format!(
                "maps or objects are required, not a {what}"
            )));
        };
        all_maps &= !is_object(value);
        merged.extend(
            fields
                .iter()
                .map(|(key, value)| (Arc::clone(key), value.clone())),
        );
    }
    Ok(if all_maps {
        Value::map(merged)
    } else {
        Value::object(merged)
    })
}

fn slice(call: &Call<'_>) -> Answer {
    let items = sequence(call, 0)?;
    let place = |at: usize, word: &str| {
        usize::try_from(call.whole(at)?)
            .map_err(|_| Refusal::argument(at, format!("the {word} must not be negative")))
    };
    let (start, end) = (place(1, "start index")?, place(2, "end index")?);
    if start > items.list().len() {
        return Err(Refusal::argument(
            1,
            "the start index is beyond the end of the list",
        ));
    }
    if end > items.list().len() {
        return Err(Refusal::argument(
            2,
            "the end index is beyond the end of the list",
        ));
    }
    let part = items
        .list()
        .get(start..end)
        .ok_or_else(|| Refusal::argument(1, "the start index is beyond the end index"))?;
    Ok(like(items, part.to_vec()))
}

fn sort(call: &Call<'_>) -> Answer {
    if let Some(at) = call.items(0).iter().position(Value::is_null) {
        return Err(Refusal::argument(0, format!("element {at} is null")));
    }
    let mut texts: Vec<_> = call.texts(0).collect();
    texts.sort_unstable();
    Ok(Value::list(texts.into_iter().map(Value::text).collect()))
}

fn zipmap(call: &Call<'_>) -> Answer {
    let values = sequence(call, 1)?;
    let keys = call.items(0);
    if keys.len() != values.list().len() {
        let (keys, values) = (keys.len(), values.list().len());
        return Err(Refusal::whole(format!(
            "there are {keys} keys and {values} values"
        )));
    }
    let mut map = BTreeMap::new();
    for (key, value) in keys.iter().zip(values.list()) {
        let Value::String(key) = key else {
            return Err(Refusal::argument(0, "keys must not be null"));
        };
        map.insert(Arc::clone(key), value.clone());
    }
    let object = values.kind() == ItemsKind::Tuple;
    Ok(if object {
        Value::object(map)
    } else {
        Value::map(map)
    })
}

//! Functions of sets: elements are brought to one type, sorted, and occur once.

use super::registry::{Answer, Call, Function, Kind, Parameter, Refusal, takes, variadic};
use crate::hcl::convert::convert;
use crate::hcl::limits::VALUE_WEIGHT_MAX;
use crate::hcl::types::Type;
use crate::hcl::unify::unify;
use crate::hcl::value::{ItemsKind, Value};
use std::cmp::Ordering;

const SETS: Parameter = takes("sets", Kind::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    variadic(
        "setintersection",
        &[takes("first_set", Kind::Any)],
        SETS,
        setintersection,
    ),
    variadic("setproduct", &[], SETS, setproduct),
    variadic("setunion", &[takes("first_set", Kind::Any)], SETS, setunion),
];

/// The sets of all arguments, their elements of one type.
fn unified(call: &Call<'_>) -> Result<Vec<Vec<Value>>, Refusal> {
    let mut types = Vec::new();
    for (at, value) in call.arguments.iter().enumerate() {
        let items = value.as_items().ok_or_else(|| {
            let what = value.type_name();
            Refusal::argument(
                at,
                format!("a set of any single type is required, not a {what}"),
            )
        })?;
        types.extend(items.iter().map(Type::of));
    }
    let element = unify(&types)
        .ok_or_else(|| Refusal::whole("the elements of all sets must have one type"))?;
    let wanted = Type::Set(Box::new(element));
    let sets = call.arguments.iter().map(|value| {
        convert(value, &wanted)
            .map(|set| set.as_items().unwrap_or(&[]).to_vec())
            .map_err(|error| Refusal::whole(error.to_string()))
    });
    sets.collect()
}

fn setunion(call: &Call<'_>) -> Answer {
    Ok(Value::set(unified(call)?.into_iter().flatten().collect()))
}

fn setintersection(call: &Call<'_>) -> Answer {
    let mut sets = unified(call)?.into_iter();
    let mut kept = sets.next().unwrap_or_default();
    for set in sets {
        let has = |item: &Value| set.binary_search_by(|other| other.order(item)).is_ok();
        kept.retain(has);
    }
    Ok(Value::set(kept))
}

fn setproduct(call: &Call<'_>) -> Answer {
    if call.arguments.len() < 2 {
        return Err(Refusal::whole("at least two arguments are required"));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    let mut all_sets = true;
    for (at, value) in call.arguments.iter().enumerate() {
        let Value::Items(items) = value else {
            let what = value.type_name();
            return Err(Refusal::argument(
                at,
                format!("a set or a list is required, not a {what}"),
            ));
        };
        all_sets &= items.kind() == ItemsKind::Set;
        let size = rows
            .len()
            .saturating_mul(items.list().len())
            .saturating_mul(at + 1);
        if size as u64 > VALUE_WEIGHT_MAX / 64 {
            return Err(Refusal::whole("the product has too many elements"));
        }
        rows = rows
            .iter()
            .flat_map(|row| {
                items.list().iter().map(|item| {
                    let mut longer = row.clone();
                    longer.push(item.clone());
                    longer
                })
            })
            .collect();
    }
    if all_sets {
        rows.sort_by(|a, b| order_rows(a, b));
    }
    Ok(Value::list(rows.into_iter().map(Value::tuple).collect()))
}

fn order_rows(left: &[Value], right: &[Value]) -> Ordering {
    let pairs = left.iter().zip(right).map(|(a, b)| a.order(b));
    pairs
        .into_iter()
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

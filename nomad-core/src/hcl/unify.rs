//! The type that several values are brought to: for the branches of a conditional, for
//! `coalesce`, for lists of any type.

use super::types::Type;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The common type of all, or `None` where there is none.
pub(super) fn unify(types: &[Type]) -> Option<Type> {
    let mut known = types.iter().filter(|one| **one != Type::Any);
    let Some(first) = known.next() else {
        return Some(Type::Any);
    };
    known.try_fold(first.clone(), |joint, next| unify_two(&joint, next))
}

fn unify_two(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        _ if left == right => Some(left.clone()),
        (Type::Any, other) | (other, Type::Any) => Some(other.clone()),
        (Type::String, other) | (other, Type::String) if other.is_primitive() => Some(Type::String),
        (Type::Tuple(a), Type::Tuple(b)) => unify_tuples(a, b),
        (Type::Tuple(tuple), Type::List(element)) | (Type::List(element), Type::Tuple(tuple)) => {
            element_type(tuple.iter().chain([element.as_ref()])).map(|t| Type::List(Box::new(t)))
        }
        (Type::Tuple(tuple), Type::Set(element)) | (Type::Set(element), Type::Tuple(tuple)) => {
            element_type(tuple.iter().chain([element.as_ref()])).map(|t| Type::Set(Box::new(t)))
        }
        (Type::List(a), Type::List(b)) => unify_two(a, b).map(|t| Type::List(Box::new(t))),
        (Type::Set(a), Type::Set(b)) => unify_two(a, b).map(|t| Type::Set(Box::new(t))),
        (Type::List(a), Type::Set(b)) | (Type::Set(b), Type::List(a)) => {
            unify_two(a, b).map(|t| Type::List(Box::new(t)))
        }
        (Type::Map(a), Type::Map(b)) => unify_two(a, b).map(|t| Type::Map(Box::new(t))),
        (Type::Object(a), Type::Object(b)) => unify_objects(a, b),
        (Type::Object(object), Type::Map(element)) | (Type::Map(element), Type::Object(object)) => {
            element_type(object.values().chain([element.as_ref()])).map(|t| Type::Map(Box::new(t)))
        }
        _ => None,
    }
}

fn element_type<'a>(types: impl Iterator<Item = &'a Type>) -> Option<Type> {
    unify(&types.cloned().collect::<Vec<_>>())
}

fn unify_tuples(left: &[Type], right: &[Type]) -> Option<Type> {
    if left.len() != right.len() {
        return element_type(left.iter().chain(right)).map(|t| Type::List(Box::new(t)));
    }
    let joint = left.iter().zip(right).map(|(a, b)| unify_two(a, b));
    joint.collect::<Option<Vec<_>>>().map(Type::Tuple)
}

fn unify_objects(
    left: &BTreeMap<Arc<str>, Type>,
    right: &BTreeMap<Arc<str>, Type>,
) -> Option<Type> {
    if !left.keys().eq(right.keys()) {
        return element_type(left.values().chain(right.values())).map(|t| Type::Map(Box::new(t)));
    }
    let joint = left
        .iter()
        .zip(right.values())
        .map(|((name, a), b)| unify_two(a, b).map(|one| (Arc::clone(name), one)));
    joint.collect::<Option<BTreeMap<_, _>>>().map(Type::Object)
}

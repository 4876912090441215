//! `list[*].name` and `list.*.name`: the same steps for each element.

use super::evaluator::{Evaluated, Evaluator};
use super::scope::Scope;
use super::traversal::Step;
use crate::hcl::value::{ItemsKind, Value};

impl Evaluator<'_> {
    /// Walks the steps from each element. Null has none; any other value is its own element.
    pub(super) fn splat(&self, value: &Value, steps: &[Step<'_>], scope: &Scope<'_>) -> Evaluated {
        let each = |list: &[Value]| {
            list.iter()
                .map(|element| self.walk(element.clone(), steps, scope))
                .collect::<Result<Vec<_>, _>>()
        };
        match value {
            Value::Null => Ok(Value::tuple(Vec::new())),
            Value::Items(items) => {
                self.spend_on(value);
                let list = each(items.list())?;
                Ok(match items.kind() {
                    ItemsKind::Tuple => Value::tuple(list),
                    ItemsKind::List | ItemsKind::Set => Value::list(list),
                })
            }
            single => Ok(Value::tuple(each(std::slice::from_ref(single))?)),
        }
    }
}

//! On expressions without conversions the evaluator and hcl-rs agree.
#![cfg(feature = "hcl")]

use hcl::eval::{Context, Evaluate};
use nomad_core::spec::{Inputs, parse_hcl};
use proptest::prelude::*;

/// Expressions whose operands need no conversion and whose results are small.
fn number() -> impl Strategy<Value = String> {
    let leaf = (-50..50_i64).prop_map(|number| format!("({number})"));
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(vec!["+", "-", "*"]),
                inner.clone()
            )
                .prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} < {b} ? {b} : {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}][1]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{ x = {a}, y = {b} }}.y")),
            inner
                .clone()
                .prop_map(|a| format!("[for i in [{a}] : i * 2][0]")),
            (inner.clone(), inner)
                .prop_map(|(a, b)| format!("([{{ v = {a} }}, {{ v = {b} }}][*].v)[0]")),
        ]
    })
}

fn expression() -> impl Strategy<Value = String> {
    prop_oneof![
        number(),
        (number(), number()).prop_map(|(a, b)| format!("[{a}, {b}]")),
        (number(), number()).prop_map(|(a, b)| format!("{{ a = {a}, b = [{b}] }}")),
        (number(), number()).prop_map(|(a, b)| format!("\"<${{{a}}}|${{{b}}}>\"")),
        (number(), number())
            .prop_map(|(a, b)| format!("\"%{{ if {a} < {b} }}less%{{ else }}more%{{ endif }}\"")),
        (number(), number()).prop_map(|(a, b)| format!("{a} == {b} || {a} != {b} && !({a} > {b})")),
        (number(), number()).prop_map(|(a, b)| format!(
            "{{ for k, v in {{ p = {a}, q = {b} }} : k => v if v > 0 }}"
        )),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn values_are_those_of_the_oracle(expr in expression()) {
        let theirs = expr.parse::<hcl::Expression>().unwrap().evaluate(&Context::new()).unwrap();
        let theirs = serde_json::to_value(theirs).unwrap();
        let text = format!("job \"x\" {{\n  meta {{\n    v = jsonencode({expr})\n  }}\n}}\n");
        let job = parse_hcl(&text, "x", &Inputs::default()).unwrap();
        let ours: serde_json::Value =
            serde_json::from_str(job.meta.unwrap().get("v").unwrap()).unwrap();
        prop_assert_eq!(ours, theirs);
    }
}

//! Operators on texts and on typed facts, literals, targets.

use nomad_core::expr::attribute::{Value as Fact, holds};
use nomad_core::expr::operator::{Operator, Test};
use nomad_core::expr::target::Target;
use nomad_core::model::Node;
use nomad_core::model::device::DeviceAttribute;
use serde_json::Value;

use super::golden::{Answer, Row, compare, expect, get, rows, short, text_of, uuid};

fn string(input: &Value) -> bool {
    let side = |key: &str| (input[format!("{key}Missing")] != true).then(|| text_of(&input[key]));
    let (left, right) = (side("L"), side("R"));
    let operator = Operator::parse(input["Operand"].as_str().unwrap_or(""));
    let test = Test::compile(operator, right.as_deref().unwrap_or(""));
    test.holds(left.as_deref(), right.as_deref())
}

fn device(input: &Value) -> bool {
    let left = (input["LMissing"] != true)
        .then(|| fact(&input["LTyped"]))
        .flatten();
    let right = (input["RMissing"] != true).then(|| Fact::parse(input["R"].as_str().unwrap_or("")));
    holds(
        Operator::parse(input["Operand"].as_str().unwrap_or("")),
        left.as_ref(),
        right.as_ref(),
    )
}

/// Infinity is written as text.
fn fact(input: &Value) -> Option<Fact> {
    let mut input = input.clone();
    let float = input["Float"]
        .as_str()
        .and_then(|text| text.parse::<f64>().ok());
    if float.is_some() {
        input["Float"] = Value::Null;
    }
    let mut fact: DeviceAttribute = get(&input);
    fact.float = fact.float.or(float);
    Fact::of(&fact)
}

fn parse(row: &Row) -> Result<(), String> {
    let theirs = fact(&row.output["Attribute"]);
    let ours = Fact::parse(row.input["Text"].as_str().unwrap_or(""));
    expect(
        "literal",
        format!("{theirs:?}"),
        format!("{:?}", Some(ours)),
    )
}

fn target(row: &Row) -> Result<(), String> {
    let input = &row.input["Node"];
    let node = Node {
        id: uuid(input["ID"].as_str().unwrap()).parse().unwrap(),
        name: text_of(&input["Name"]),
        datacenter: text_of(&input["Datacenter"]),
        node_class: text_of(&input["NodeClass"]),
        node_pool: get(&input["NodePool"]),
        attributes: get(&input["Attributes"]),
        meta: get(&input["Meta"]),
        ..Node::default()
    };
    let target = Target::parse(row.input["Target"].as_str().unwrap_or(""));
    let ours = target.resolve(&node);
    expect("found", row.output["Found"] == true, ours.is_some())?;
    expect(
        "value",
        text_of(&row.output["Value"]),
        short(&ours.unwrap_or_default()),
    )
}

/// The reference takes any two different bools for ordered.
fn orders_bools(row: &Row) -> bool {
    row.input["LTyped"]["Bool"].is_boolean()
}

/// The reference overflows 64 bits when it converts large numbers.
fn overflows(row: &Row) -> bool {
    let large = |text: &str| text.len() > 15 || text.contains("Ei") || text.contains("EB");
    row.input["Kind"] == "device"
        && (large(&row.input["LTyped"].to_string()) && row.input["LTyped"]["Int"].is_number()
            || large(&text_of(&row.input["R"])))
}

fn judge(row: &Row) -> Answer {
    match compare_row(row) {
        Err(_) if orders_bools(row) => Answer::Rule("bools have no order"),
        Err(_) if overflows(row) => Answer::Rule("large amounts are compared without overflow"),
        judged => judged.into(),
    }
}

fn compare_row(row: &Row) -> Result<(), String> {
    let ours = match row.input["Kind"].as_str() {
        Some("string") => string(&row.input),
        Some("device") => device(&row.input),
        Some("parse") => return parse(row),
        _ => return target(row),
    };
    expect(&row.input.to_string(), row.output["Match"] == true, ours)
}

#[test]
fn operators_hold_where_the_reference_says_they_hold() {
    compare(
        "operators",
        8320,
        rows("operators")
            .iter()
            .map(|row| (row.id.clone(), judge(row))),
    );
}

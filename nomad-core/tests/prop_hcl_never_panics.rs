//! Whatever the text, parsing gives a job or findings: no panic, no overflow of the stack.
#![cfg(feature = "hcl")]

use nomad_core::spec::{Inputs, VarFile, parse_hcl};
use proptest::prelude::*;

/// Parts from which texts near the language are put together.
const PARTS: &[&str] = &[
    "job \"x\" {\n",
    "group \"g\" {\n",
    "task \"t\" {\n",
    "env {\n",
    "config {\n",
    "}\n",
    "}",
    "{",
    "dynamic \"template\" {\n",
    "for_each = ",
    "content {\n",
    "variable \"v\" {\n",
    "locals {\n",
    "a = ",
    "count = ",
    "\"",
    "${",
    "%{ if ",
    "%{ endif }",
    "}",
    "~",
    "\n",
    " ",
    "[",
    "]",
    "(",
    ")",
    "for x in ",
    " : ",
    " => ",
    "...",
    ".",
    "*",
    "[*]",
    "1",
    "0.5",
    "1e9",
    "null",
    "true",
    "-",
    "!",
    "==",
    "&&",
    "?",
    ":",
    ",",
    "var.v",
    "local.a",
    "attr.x",
    "<<EOF\n",
    "<<-EOF\n",
    "EOF\n",
    "#",
    "/*",
    "*/",
    "//",
    "é",
    "\u{301}",
    "\\n",
    "\\q",
    "$${",
    "'",
    "upper(",
    "format(\"%5.2f\", ",
    "range(",
    "jsondecode(",
    "yamldecode(",
    "csvdecode(",
    "regex_replace(",
    "cidrsubnet(",
    "timeadd(",
    "formatdate(",
    "convert(",
    "try(",
    "substr(",
    "\u{0}",
    "\r\n",
    "\t",
];

fn near_language() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PARTS), 0..60).prop_map(|parts| parts.concat())
}

/// An expression in a place where every kind of value is evaluated and converted.
fn framed(expr: &str) -> String {
    format!("job \"x\" {{\n  meta {{\n    v = {expr}\n  }}\n}}\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = parse_hcl(&text, "any", &Inputs::default());
        let _ = parse_hcl(&framed(&text), "any", &Inputs::default());
    }

    #[test]
    fn text_near_the_language_never_panics(text in near_language()) {
        let _ = parse_hcl(&text, "near", &Inputs::default());
        let _ = parse_hcl(&framed(&text), "near", &Inputs::default());
        let file = VarFile { name: "vars".to_owned(), text: text.clone() };
        let inputs = Inputs { var_files: vec![file], strict: true, ..Inputs::default() };
        let _ = parse_hcl("job \"x\" {\n}\n", "near", &inputs);
    }

    #[test]
    fn functions_never_panic(
        name in prop::sample::select(vec![
            "format", "formatlist", "substr", "indent", "parseint", "range", "chunklist", "slice",
            "element", "jsondecode", "yamldecode", "csvdecode", "base64decode", "regex_replace",
            "cidrhost", "cidrsubnet", "cidrsubnets", "cidrnetmask", "timeadd", "formatdate", "pow",
            "log", "title", "join", "split", "zipmap", "setproduct", "uuidv5", "urlencode",
        ]),
        args in prop::collection::vec(
            prop_oneof![
                any::<String>().prop_map(|text| format!("{:?}", text.escape_default().to_string())),
                any::<i64>().prop_map(|number| number.to_string()),
                (-1e6..1e6_f64).prop_map(|number| number.to_string()),
                Just("null".to_owned()),
                Just("[1, \"a\"]".to_owned()),
                Just("{ a = 1 }".to_owned()),
                Just("\"10.0.0.0/8\"".to_owned()),
                Just("\"2024-01-05T15:04:05Z\"".to_owned()),
                "%[-+0# ]{0,2}[0-9]{0,3}(\\.[0-9]{0,2})?[vsqdxobfegt]".prop_map(|verb| format!("\"{verb}\"")),
            ],
            0..4,
        ),
    ) {
        let _ = parse_hcl(&framed(&format!("jsonencode({name}({}))", args.join(", "))), "f", &Inputs::default());
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
    let deep = 20_000;
    let nested =
        |open: &str, close: &str| framed(&format!("{}1{}", open.repeat(deep), close.repeat(deep)));
    let mut texts = vec![
        nested("(", ")"),
        nested("[", "]"),
        nested("{ a = ", " }"),
        nested("upper(", ")"),
        nested("\"${", "}\""),
        nested("-", ""),
        nested("!", ""),
        nested("true ? 1 : ", ""),
        nested("[for x in [1] : ", "]"),
        nested("1 + ", ""),
        nested("\"%{ if true }", "%{ endif }\""),
        "a {\n".repeat(deep),
        framed(&format!("jsondecode(\"{}\")", "[".repeat(deep))),
        framed(&format!("yamldecode(\"{}\")", "[".repeat(deep))),
        framed(&format!("yamldecode(\"{}\")", "- ".repeat(deep))),
    ];
    texts.push(format!(
        "job \"x\" {{\n{}",
        "dynamic \"group\" {\ncontent {\n".repeat(deep)
    ));
    for text in texts {
        let start: String = text.chars().take(80).collect();
        assert!(
            parse_hcl(&text, "deep", &Inputs::default()).is_err(),
            "{start}"
        );
    } // A long path is not deep; it stays text for run time.
    let path = framed(&format!("x{}", "[0]".repeat(deep)));
    assert!(parse_hcl(&path, "long", &Inputs::default()).is_ok());
}

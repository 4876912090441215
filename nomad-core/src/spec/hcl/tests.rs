use super::{Inputs, parse_hcl};

#[test]
fn an_unknown_argument_is_named_with_place_caret_and_suggestion() {
    let text = "job \"x\" {\n  group \"g\" {\n    coutn = 3\n  }\n}\n";
    let error = parse_hcl(text, "x.nomad.hcl", &Inputs::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "error: unknown argument
 --> x.nomad.hcl:3:5
  |
3 |     coutn = 3
  |     ^^^^^
  = there is no argument \"coutn\" here
  = help: did you mean \"count\"?"
    );
}

//! The subset of Go templates that `-t` takes, over the API's JSON.
//!
//! Fields, variables, `range`, `if`, `with`, `else`, pipelines, parentheses, trim marks, comments, and the
//! functions of [`function`]. What is not there yet is refused by name.

mod function;
mod lex;
mod parse;
mod render;

use serde_json::Value;
use thiserror::Error;

/// Why a template could not be rendered.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum TemplateError {
    /// An action is not closed.
    #[error("template: unclosed action, expected }}}}")]
    Unclosed,
    /// A text is not closed.
    #[error("template: unterminated quoted string")]
    UnclosedText,
    /// A character that begins nothing.
    #[error("template: unexpected {0:?} in an action")]
    Character(char),
    /// A word in the wrong place.
    #[error("template: unexpected {found}, expected {wanted}")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What should.
        wanted: &'static str,
    },
    /// Blocks that are not closed, or closed twice.
    #[error("template: {0}")]
    Block(&'static str),
    /// A variable that nobody set.
    #[error("template: undefined variable \"${0}\"")]
    Variable(String),
    /// A function that does not exist in Go's templates either.
    #[error("template: function \"{0}\" not defined")]
    Function(String),
    /// A function or block that is to come.
    #[error("not supported yet: template function \"{0}\"")]
    NotYet(String),
    /// A field of something without fields.
    #[error("template: can't evaluate field {field} in {kind}")]
    Field {
        /// The field.
        field: String,
        /// What it was looked for in.
        kind: &'static str,
    },
    /// A function got what it cannot use.
    #[error("template: {function}: {reason}")]
    Arguments {
        /// The function.
        function: String,
        /// What is wrong.
        reason: String,
    },
}

/// Renders a template over a value.
pub(crate) fn render(template: &str, data: &Value) -> Result<String, TemplateError> {
    let nodes = parse::parse(&lex::lex(template)?)?;
    render::render(&nodes, data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn on(template: &str, data: &Value) -> String {
        render(template, data).unwrap_or_else(|error| panic!("{template}: {error}"))
    }

    #[test]
    fn recorded_templates_render() {
        let nodes = json!([{"ID": "n1"}, {"ID": "n2"}]);
        assert_eq!(on("{{range .}}{{.ID}}{{end}}", &nodes), "n1n2");
        let allocs = json!([{"ID": "a", "Name": "golden.web[0]"}, {"ID": "b", "Name": "x"}]);
        let pick = "{{range .}}{{if eq .Name \"golden.web[0]\"}}{{.ID}}{{end}}{{end}}";
        assert_eq!(on(pick, &allocs), "a");
        assert_eq!(
            on("{{range .}}{{.L | len}}{{end}}", &json!([{"L": [1, 2]}])),
            "2"
        );
        let states = json!({"TaskStates": {"b": {"State": "dead"}, "a": {"State": "running"}}});
        let each = "{{range $k, $v := .TaskStates}}{{$k}} {{$v.State}} {{end}}";
        assert_eq!(on(each, &states), "a running b dead ");
        let alloc = json!({"DesiredStatus": "stop", "ClientStatus": "complete"});
        assert_eq!(
            on("{{.DesiredStatus}} {{.ClientStatus}}", &alloc),
            "stop complete"
        );
    }

    #[test]
    fn blocks_nest_and_choose() {
        let data = json!({"A": [], "B": {"C": 7}, "N": null});
        assert_eq!(on("{{if .A}}x{{else if .B}}y{{else}}z{{end}}", &data), "y");
        assert_eq!(on("{{range .A}}x{{else}}none{{end}}", &data), "none");
        assert_eq!(on("{{with .B}}{{.C}}{{$.B.C}}{{end}}", &data), "77");
        assert_eq!(
            on(
                "{{range $i, $x := .L}}{{$i}}={{$x}};{{end}}",
                &json!({"L": ["a", "b"]})
            ),
            "0=a;1=b;"
        );
        assert_eq!(on("{{$x := .B}}{{$x.C}}", &data), "7");
        assert_eq!(on("{{if and .B (not .A)}}yes{{end}}", &data), "yes");
        assert_eq!(on("a {{- /* note */ -}} b", &data), "ab");
        assert_eq!(on("{{.N}}{{.Z}}", &data), "<nil><no value>");
    }

    #[test]
    fn functions_compute() {
        let data = json!({"N": 5, "S": "text", "M": {"k": "v"}, "L": [1, 2.5, true]});
        assert_eq!(
            on("{{eq .S .S}} {{eq .M.k .S}} {{(index .L 0)}}", &data),
            "true false 1"
        );
        assert_eq!(
            on("{{lt .N 6}} {{ge .N 6}} {{ne .S \"x\"}}", &data),
            "true false true"
        );
        assert_eq!(on("{{index .M \"k\"}}{{index .L 1}}", &data), "v2.5");
        assert_eq!(
            on("{{printf \"%s-%d-%q-%v\" .S .N .S .L}}", &data),
            "text-5-\"text\"-[1 2.5 true]"
        );
        assert_eq!(on("{{.M}}", &data), "map[k:v]");
        assert_eq!(on("{{or .Z `none`}}{{len .S}}", &data), "none4");
    }

    #[test]
    fn mistakes_are_told() {
        let told = |template: &str| {
            render(template, &json!({"S": "x"}))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(told("{{.A"), "template: unclosed action, expected }}");
        assert_eq!(
            told("{{range .}}"),
            "template: unexpected EOF, a block has no {{end}}"
        );
        assert_eq!(told("{{end}}"), "template: unexpected {{end}}");
        assert_eq!(
            told("{{nosuch .}}"),
            "template: function \"nosuch\" not defined"
        );
        assert_eq!(
            told("{{sprig_upper .S}}"),
            "not supported yet: template function \"sprig_upper\""
        );
        assert_eq!(told("{{.S.T}}"), "template: can't evaluate field T in text");
        assert_eq!(told("{{$x}}"), "template: undefined variable \"$x\"");
    }
}

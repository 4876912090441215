//! `csvdecode`: comma-separated text with a header line, to a list of objects of text.

use super::registry::{Answer, Call, Function, Kind, Refusal, function, takes};
use crate::hcl::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[function(
    "csvdecode",
    &[takes("str", Kind::Text)],
    csvdecode,
)];

fn csvdecode(call: &Call<'_>) -> Answer {
    let mut records = read_records(call.text(0))
        .map_err(Refusal::whole)?
        .into_iter();
    let Some((_, header)) = records.next() else {
        return Err(Refusal::whole("the header line is missing"));
    };
    let mut seen = std::collections::BTreeSet::new();
    for name in &header {
        if !seen.insert(name) {
            return Err(Refusal::whole(format!(
                "the column \"{name}\" occurs twice"
            )));
        }
    }
    let names: Vec<Arc<str>> = header.into_iter().map(Arc::from).collect();
    let mut rows = Vec::new();
    for (line, record) in records {
        if record.len() != names.len() {
            return Err(Refusal::whole(format!(
                "line {line}: wrong number of fields"
            )));
        }
        let fields = names
            .iter()
            .cloned()
            .zip(record.into_iter().map(Value::from));
        rows.push(Value::object(fields.collect::<BTreeMap<_, _>>()));
    }
    Ok(Value::list(rows))
}

type Record = (usize, Vec<String>);

/// Records with the numbers of their lines; empty lines are none.
fn read_records(text: &str) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    let mut lines = text.split_inclusive('\n').enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim_end_matches(['\r', '\n']).is_empty() {
            continue;
        }
        let mut joined = line.to_owned();
        // Quoted fields may run over several lines.
        let mut quotes = line.matches('"').count();
        while quotes % 2 == 1 {
            match lines.next() {
                Some((_, more)) => {
                    quotes += more.matches('"').count();
                    joined.push_str(more);
                }
                None => return Err(format!("line {}: a quote is not closed", at + 1)),
            }
        }
        records.push((at + 1, read_fields(&joined, at + 1)?));
    }
    Ok(records)
}

fn read_fields(record: &str, line: usize) -> Result<Vec<String>, String> {
    let record = record.strip_suffix('\n').unwrap_or(record);
    let record = record.strip_suffix('\r').unwrap_or(record);
    let mut fields = Vec::new();
    let mut rest = record;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => read_quoted(quoted, line)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return Err(format!("line {line}: a quote in a field without quotes"));
                }
                (field.to_owned(), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(fields),
            None => return Err(format!("line {line}: text after a closing quote")),
        }
    }
}

fn read_quoted(text: &str, line: usize) -> Result<(String, &str), String> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err(format!("line {line}: a quote is not closed"));
        };
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Ok((field, after)),
        }
    }
}

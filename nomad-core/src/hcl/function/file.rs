//! Functions of files, by way of the [`FileSource`](crate::hcl::FileSource) that the caller
//! passes in. Without one they are refused: text from elsewhere must not read local files.

use super::registry::{Call, Function, Kind, Parameter, Refusal, function, takes};
use crate::hcl::outside::{FileSource, FileSourceError};
use crate::hcl::value::Value;
use base64::Engine as _;

const PATH: Parameter = takes("path", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    function("abspath", &[PATH], |call| {
        files(call)?
            .absolute(call.text(0))
            .map(Value::from)
            .map_err(failed)
    }),
    function("basename", &[PATH], |call| {
        files(call)?;
        let path = call.text(0).trim_end_matches('/');
        Ok(Value::text(match path.rsplit('/').next() {
            Some(last) if !last.is_empty() => last,
            _ if call.text(0).is_empty() => ".",
            _ => "/",
        }))
    }),
    function("dirname", &[PATH], |call| {
        files(call)?;
        Ok(Value::text(match call.text(0).rsplit_once('/') {
            Some(("", _)) => "/",
            Some((folder, _)) => folder,
            None => ".",
        }))
    }),
    function("file", &[PATH], |call| {
        let bytes = files(call)?.read(call.text(0)).map_err(failed)?;
        String::from_utf8(bytes).map(Value::from).map_err(|_| {
            Refusal::whole(format!(
                "{} is not UTF-8 text; use filebase64()",
                call.text(0)
            ))
        })
    }),
    function("filebase64", &[PATH], |call| {
        let bytes = files(call)?.read(call.text(0)).map_err(failed)?;
        Ok(Value::from(
            base64::engine::general_purpose::STANDARD.encode(bytes),
        ))
    }),
    function("fileexists", &[PATH], |call| {
        files(call)?
            .exists(call.text(0))
            .map(Value::Bool)
            .map_err(failed)
    }),
    function("fileset", &[PATH, takes("pattern", Kind::Text)], |call| {
        let found = files(call)?
            .glob(call.text(0), call.text(1))
            .map_err(failed)?;
        Ok(Value::set(found.into_iter().map(Value::from).collect()))
    }),
    function("pathexpand", &[PATH], |call| {
        files(call)?
            .expand_home(call.text(0))
            .map(Value::from)
            .map_err(failed)
    }),
];

fn files<'a>(call: &'a Call<'_>) -> Result<&'a dyn FileSource, Refusal> {
    call.evaluator.files.ok_or_else(|| {
        Refusal::whole("functions of files are disabled where a job comes over the network")
    })
}

fn failed(error: FileSourceError) -> Refusal {
    Refusal::whole(error.reason)
}

//! One request: method, path, query, body. Paths are built from segments, so that an id with a slash in it
//! stays one segment.

use serde::Serialize;

/// A request before it is sent. Region and namespace of the client are added unless it names its own.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Vec<u8>>,
}

impl Request {
    /// A read of a fixed path such as `/v1/jobs`.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            query: Vec::new(),
            body: None,
        }
    }

    /// A write.
    pub(crate) fn put(path: &str) -> Self {
        Self {
            method: "PUT",
            ..Self::get(path)
        }
    }

    /// A removal.
    pub(crate) fn delete(path: &str) -> Self {
        Self {
            method: "DELETE",
            ..Self::get(path)
        }
    }

    /// Adds one path segment, escaped.
    pub(crate) fn segment(mut self, text: &str) -> Self {
        self.path.push('/');
        escape(text, &mut self.path);
        self
    }

    /// Adds a query parameter.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a query parameter if there is a value.
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds `name=true` if set.
    pub(crate) fn flag(self, name: &'static str, on: bool) -> Self {
        self.maybe(name, on.then_some("true"))
    }

    /// Sends JSON. Values that cannot be written do not occur: keys are texts.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(body).ok();
        self
    }

    /// The method in the spelling of the reference's error texts.
    pub(super) fn verb(&self) -> String {
        let (first, rest) = self.method.split_at(1);
        format!("{first}{}", rest.to_ascii_lowercase())
    }

    /// Path and query as sent.
    pub(super) fn target(&self) -> String {
        let mut target = self.path.clone();
        for (at, (name, value)) in self.query.iter().enumerate() {
            target.push(if at == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            escape(value, &mut target);
        }
        target
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn escape(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_slashes_stay_one_segment_and_queries_are_escaped() {
        let request = Request::get("/v1/job")
            .segment("a/b c")
            .with("filter", "Name == \"x\"")
            .flag("all", true)
            .flag("none", false);
        assert_eq!(
            request.target(),
            "/v1/job/a%2Fb%20c?filter=Name%20%3D%3D%20%22x%22&all=true"
        );
        assert_eq!(request.verb(), "Get");
    }
}

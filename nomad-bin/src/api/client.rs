//! The client: adds region, namespace and token, judges the status, decodes the answer.

use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::address::Address;
use super::error::ApiError;
use super::request::Request;
use super::transport::{Stream, send};
use super::view::Agent;

/// Largest answer that is read into memory.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// What flags and environment say about the connection.
#[derive(Default)]
pub(crate) struct Settings {
    /// `NOMAD_ADDR`.
    pub(crate) address: Option<String>,
    /// `NOMAD_REGION`.
    pub(crate) region: Option<String>,
    /// `NOMAD_NAMESPACE`.
    pub(crate) namespace: Option<String>,
    /// `NOMAD_TOKEN`; never shown.
    pub(crate) token: Option<String>,
    /// `NOMAD_HTTP_AUTH`: `user[:password]`; never shown.
    pub(crate) http_auth: Option<String>,
}

/// A decoded answer with the headers that matter.
pub(crate) struct Answer<T> {
    /// The body.
    pub(crate) value: T,
    /// `X-Nomad-Index`.
    pub(crate) index: u64,
    /// `X-Nomad-NextToken`.
    pub(crate) next_token: Option<String>,
}

/// A client of one agent.
pub(crate) struct Client {
    address: Address,
    region: Option<String>,
    namespace: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Client {
    /// A client for these settings; nothing is connected yet.
    pub(crate) fn new(settings: Settings) -> Result<Self, ApiError> {
        let mut headers = Vec::new();
        if let Some(token) = settings.token {
            headers.push(("X-Nomad-Token", token));
        }
        if let Some(auth) = settings.http_auth.filter(|auth| !auth.is_empty()) {
            let auth = if auth.contains(':') {
                auth
            } else {
                format!("{auth}:")
            };
            headers.push((
                "Authorization",
                format!("Basic {}", base64(auth.as_bytes())),
            ));
        }
        Ok(Self {
            address: Address::parse(settings.address.as_deref())?,
            region: settings.region,
            namespace: settings.namespace,
            headers,
        })
    }

    /// The agent's address as a URL.
    pub(crate) fn address(&self) -> String {
        self.address.url()
    }

    /// The namespace that is asked for, if not the default.
    pub(crate) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// From now on asks for this region and namespace (a job file's own win over flags).
    pub(crate) fn aim(&mut self, region: Option<&str>, namespace: Option<&str>) {
        if let Some(region) = region.filter(|text| !text.is_empty()) {
            self.region = Some(region.to_owned());
        }
        if let Some(namespace) = namespace.filter(|text| !text.is_empty()) {
            self.namespace = Some(namespace.to_owned());
        }
    }

    /// Sends a request and decodes the JSON answer. An empty body decodes as `null`.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Answer<T>, ApiError> {
        let path = request.path.clone();
        let response = self.send(request).await?;
        let header = |name: &str| {
            response
                .headers()
                .get(name)?
                .to_str()
                .ok()
                .map(str::to_owned)
        };
        let index = header("X-Nomad-Index")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let next_token = header("X-Nomad-NextToken").filter(|text| !text.is_empty());
        let limited = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
        let bytes = limited
            .collect()
            .await
            .map_err(|_| ApiError::TooLarge {
                path: path.clone(),
                limit: ANSWER_BYTES_MAX,
            })?
            .to_bytes();
        let text: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
        let value =
            serde_json::from_slice(text).map_err(|source| ApiError::Decode { path, source })?;
        Ok(Answer {
            value,
            index,
            next_token,
        })
    }

    /// As [`Client::ask`], for callers that need the body only.
    pub(crate) async fn value<T: DeserializeOwned>(&self, request: Request) -> Result<T, ApiError> {
        self.ask(request).await.map(|answer| answer.value)
    }

    /// Sends a request whose answer does not matter.
    pub(crate) async fn done(&self, request: Request) -> Result<(), ApiError> {
        self.send(request).await.map(|_| ())
    }

    /// Sends a request whose answer comes piece by piece.
    pub(crate) async fn stream(&self, request: Request) -> Result<Stream, ApiError> {
        Ok(Stream::new(self.send(request).await?.into_body()))
    }

    /// What the agent says about itself.
    pub(crate) async fn agent_self(&self) -> Result<Agent, ApiError> {
        self.value(Request::get("/v1/agent/self")).await
    }

    /// The answer as JSON, for `-json` and `-t`.
    pub(crate) async fn json(&self, request: Request) -> Result<Value, ApiError> {
        self.value(request).await
    }

    async fn send(
        &self,
        mut request: Request,
    ) -> Result<hyper::Response<hyper::body::Incoming>, ApiError> {
        for (name, value) in [("region", &self.region), ("namespace", &self.namespace)] {
            let own = request.query.iter().any(|(given, _)| *given == name);
            if let (false, Some(value)) = (own, value) {
                request = request.with(name, value.clone());
            }
        }
        let response = send(&self.address, &request, &self.headers).await?;
        let code = response.status().as_u16();
        if response.status().is_success() {
            return Ok(response);
        }
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX)
            .collect()
            .await;
        let bytes = body
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let body = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        Err(ApiError::Status { code, body })
    }
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * i) & 63) as usize).copied();
            text.push(if i <= chunk.len() {
                char::from(letter.unwrap_or(b'='))
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        assert_eq!(base64(b"user:pass"), "dXNlcjpwYXNz");
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"ab"), "YWI=");
    }
}

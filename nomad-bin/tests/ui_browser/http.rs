//! As much HTTP/1.1 as the double and the WebDriver client need: one request per connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use hyper::header::{HeaderMap, HeaderName, HeaderValue};

/// A request as the double reads it.
pub(crate) struct Request {
    /// Path without its query, still escaped.
    pub(crate) path: String,
    /// Text after the `?`.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
}

impl Request {
    /// `None` where the peer closed without asking (browsers open connections ahead of time).
    pub(crate) fn read(stream: &TcpStream) -> Option<Request> {
        let mut reader = BufReader::new(stream);
        let line = read_line(&mut reader)?;
        let target = line.split(' ').nth(1)?.to_owned();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        Some(Request {
            path: path.to_owned(),
            query: query.to_owned(),
            headers: read_headers(&mut reader),
        })
    }

    /// A parameter of the query, with `+` and `%XX` left as they are.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| {
            pair.split_once('=')
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value)
        })
    }
}

/// Sends one JSON request and reads the JSON answer.
pub(crate) fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &str,
) -> std::io::Result<(u16, serde_json::Value)> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut reader = BufReader::new(stream);
    let status = read_line(&mut reader)
        .and_then(|line| line.split(' ').nth(1)?.parse().ok())
        .unwrap_or(0);
    let headers = read_headers(&mut reader);
    let length = headers
        .get("content-length")
        .and_then(|text| text.to_str().ok()?.parse().ok());
    let mut text = String::new();
    match length {
        Some(length) => reader.take(length).read_to_string(&mut text)?,
        None => reader.read_to_string(&mut text)?,
    };
    Ok((
        status,
        serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text)),
    ))
}

fn read_line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

fn read_headers(reader: &mut impl BufRead) -> HeaderMap {
    let mut headers = HeaderMap::new();
    while let Some(line) = read_line(reader).filter(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if let (Ok(name), Ok(value)) = (
            name.parse::<HeaderName>(),
            value.trim().parse::<HeaderValue>(),
        ) {
            headers.append(name, value);
        }
    }
    headers
}

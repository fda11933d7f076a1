//! A keep-alive HTTP/1.1 connection with as little around it as possible: the load shares the machine.

use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// More than any answer here has.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An open connection.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Ours, as the server knows itself.
    origin: String,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(16 * 1024),
            origin: format!("http://localhost:{}", address.port()),
        })
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<Answer<'_>> {
        self.ask("GET", path).await
    }

    /// Asks for something to be taken away.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn delete(&mut self, path: &str) -> anyhow::Result<Answer<'_>> {
        self.ask("DELETE", path).await
    }

    async fn ask(&mut self, method: &str, path: &str) -> anyhow::Result<Answer<'_>> {
        let host = self.origin.trim_start_matches("http://");
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        self.exchange(request.as_bytes()).await
    }

    /// Posts JSON from our own page, with further header lines, each ending in `\r\n`.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn post(&mut self, path: &str, headers: &str, body: &str) -> anyhow::Result<Answer<'_>> {
        let (origin, length) = (&self.origin, body.len());
        let host = origin.trim_start_matches("http://");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Type: application/json\r\n\
             X-Requested-With: app\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        self.exchange(request.as_bytes()).await
    }

    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.received.clear();
        loop {
            ensure!(self.stream.read_buf(&mut self.received).await? > 0, "the server closed the connection");
            if let Some(head) = Head::read(&self.received)? {
                let end = head.bytes + head.content_length;
                ensure!(end <= ANSWER_BYTES_MAX, "an answer of {end} bytes");
                while self.received.len() < end {
                    ensure!(self.stream.read_buf(&mut self.received).await? > 0, "the answer broke off");
                }
                let body = self.received.get(head.bytes..end).unwrap_or_default();
                return Ok(Answer { status: head.status, body });
            }
        }
    }
}

/// What matters of an answer's beginning.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    content_length: usize,
    bytes: usize,
}

impl Head {
    /// None while it is not all there.
    fn read(received: &[u8]) -> anyhow::Result<Option<Self>> {
        let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let text =
            std::str::from_utf8(received.get(..end).unwrap_or_default()).context("an answer's head")?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let status: u16 = status.context("an answer's status")?;
        let length = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let content_length = match length {
            Some(length) => length,
            None if matches!(status, 204 | 304) => 0,
            None => anyhow::bail!("an answer without a length"),
        };
        Ok(Some(Self { status, content_length, bytes: end + 4 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answers_head_is_read_once_it_is_whole() {
        let answer = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nContent-Length: 15\r\n\r\n{\"accepted\":1}\n";
        assert_eq!(Head::read(answer.get(..40).unwrap()).unwrap(), None);
        let head = Head::read(answer).unwrap().unwrap();
        assert_eq!((head.status, head.content_length), (201, 15));
        assert_eq!(answer.len(), head.bytes + 15);
    }

    #[test]
    fn an_answer_without_content_needs_no_length() {
        assert_eq!(Head::read(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap().content_length, 0);
        assert!(Head::read(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}

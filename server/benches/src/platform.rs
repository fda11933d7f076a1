//! The other side of Graph, as small as can be: says where a file is, and gives it out.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What deliveries of the installation's application are signed with.
pub const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A picture of one pixel.
const PICTURE: &[u8] = &[
    0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0xf8,
    0xcf, 0xc0, 0xf0, 0x1f, 0, 5, 0, 1, 0xff, 0x56, 0xc7, 0x2f, 0x0d, 0, 0, 0, 0, b'I', b'E', b'N', b'D',
    0xae, 0x42, 0x60, 0x82,
];
/// More than any request has.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// The settings of a server with an application there.
pub fn settings(graph_url: &str) -> [(&'static str, &str); 4] {
    [
        ("SWITCHBOARD_PROVIDERS__META__GRAPH_URL", graph_url),
        ("SWITCHBOARD_PROVIDERS__META__APP_ID", "1234567890"),
        ("SWITCHBOARD_PROVIDERS__META__APP_SECRET", APP_SECRET),
        ("SWITCHBOARD_PROVIDERS__META__VERIFY_TOKEN", "only-our-own-webhook-knows-this"),
    ]
}

/// Answers until this process ends; its address.
///
/// # Errors
/// When no port is free.
pub async fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, address));
        }
    });
    Ok(format!("http://{address}"))
}

async fn serve(mut stream: TcpStream, address: SocketAddr) -> std::io::Result<()> {
    let mut received = Vec::new();
    loop {
        while let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(received.get(..end).unwrap_or_default()).into_owned();
            received.drain(..end + 4);
            let path = head.split(' ').nth(1).unwrap_or_default();
            stream.write_all(&answer(path, address)).await?;
        }
        if stream.read_buf(&mut received).await? == 0 || received.len() > REQUEST_BYTES_MAX {
            return Ok(());
        }
    }
}

fn answer(path: &str, address: SocketAddr) -> Vec<u8> {
    let (kind, body) = if path.starts_with("/file/") {
        ("image/png", PICTURE.to_vec())
    } else {
        let id = path.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        let (url, size) = (format!("http://{address}/file/{id}"), PICTURE.len());
        let place = serde_json::json!({ "messaging_product": "whatsapp", "id": id, "url": url,
            "mime_type": "image/png", "file_size": size });
        ("application/json", place.to_string().into_bytes())
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

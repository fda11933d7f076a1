//! Who is calling, and under which number the call is known in logs, audit entries and answers.

use std::any::Any;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use uuid::Uuid;

use crate::app::App;
use crate::error::AppError;
use crate::viewer::RequestContext;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const USER_AGENT_CHARS_MAX: usize = 200;

/// Who is calling, under a fresh number.
pub fn identify(app: &App, request: &Request) -> RequestContext {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    RequestContext {
        request_id: Some(Uuid::now_v7()),
        client_address: peer.map(|peer| client_address(peer, request.headers(), &app.config.trusted_proxies)),
        user_agent: request
            .headers()
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(USER_AGENT_CHARS_MAX).collect()),
    }
}

/// Tells the caller the number under which the request is known.
pub fn number(headers: &mut HeaderMap, request_id: Option<Uuid>) {
    let mut buffer = Uuid::encode_buffer();
    let text = request_id.map(|id| &*id.hyphenated().encode_lower(&mut buffer));
    if let Some(Ok(value)) = text.map(HeaderValue::from_str) {
        headers.insert(REQUEST_ID, value);
    }
}

/// The socket's peer; behind trusted proxies, the right-most address that is none of them.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|hop| hop.trim().parse::<IpAddr>())
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .map_while(Result::ok)
        .find(|hop| !trusted.contains(hop))
        .unwrap_or(peer)
}

/// A panic costs its own request only.
#[expect(clippy::needless_pass_by_value, reason = "what catching a panic gives")]
pub fn answer_to_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    AppError::Internal(anyhow::anyhow!("panic: {message}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(line: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static(line))])
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        let peer: IpAddr = "203.0.113.9".parse().unwrap();
        assert_eq!(client_address(peer, &forwarded("10.0.0.1"), &[]), peer);
    }

    #[test]
    fn behind_a_trusted_proxy_the_last_untrusted_hop_counts() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let client: IpAddr = "198.51.100.7".parse().unwrap();
        assert_eq!(client_address(proxy, &forwarded("1.1.1.1, 198.51.100.7"), &[proxy]), client);
        assert_eq!(client_address(proxy, &forwarded("198.51.100.7, 10.0.0.1"), &[proxy]), client);
        assert_eq!(client_address(proxy, &forwarded("garbage"), &[proxy]), proxy);
    }
}

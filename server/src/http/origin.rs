//! Which origins are our own.

use std::net::{IpAddr, Ipv4Addr};

use url::{Host, Url};

use crate::config::Config;

/// Whether `origin` (as a browser sends it) is the app's own: the configured one, or, when none is
/// configured, any name of this machine's loopback with our port.
#[must_use]
pub fn is_own(config: &Config, origin: &str) -> bool {
    if config.public_url.is_some() {
        return origin == config.origin();
    }
    if origin.strip_prefix("http://").is_some_and(|authority| is_plain_loopback(config, authority)) {
        return true;
    }
    let Ok(url) = Url::parse(origin) else { return false };
    url.scheme() == "http"
        && url.port_or_known_default() == Some(config.listen.port())
        && is_loopback(&url)
        && url.origin().ascii_serialization() == origin
}

/// Whether `origin` is that of our own pages that show the widget: the app's, or the widget's own host.
#[must_use]
pub fn is_widgets(config: &Config, origin: &str) -> bool {
    is_own(config, origin) || (config.widget_url.is_some() && origin == config.widget_origin())
}

/// Whether a `Host` header names us; or, `for_widget`, the widget's own host.
#[must_use]
pub fn is_own_host(config: &Config, host: &str, for_widget: bool) -> bool {
    if config.public_url.is_none() && is_plain_loopback(config, host) {
        return true;
    }
    let scheme = if config.is_tls() { "https" } else { "http" };
    let named = Url::parse(&format!("{scheme}://{host}"));
    let origin = named.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    is_own(config, &origin) || (for_widget && is_widgets(config, &origin))
}

/// Whether a `Host` header is the name that providers were told to call.
#[must_use]
pub fn is_webhooks_host(config: &Config, host: &str) -> bool {
    let Some(told) = &config.providers.webhook_url else { return false };
    let named = Url::parse(&format!("{}://{host}", told.scheme()));
    named.is_ok_and(|named| named.origin() == told.origin())
}

/// `localhost:8100`, `127.0.0.1:8100`: how nearly every request on this machine says it. Spares the parser.
fn is_plain_loopback(config: &Config, authority: &str) -> bool {
    let Some((host, port)) = authority.rsplit_once(':') else { return false };
    // Port 80 is left out of an origin, and a port has no leading zero.
    let same_port = port.parse() == Ok(config.listen.port()) && !port.starts_with(['0', '+']) && port != "80";
    same_port && (host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()))
}

/// Whether a URL's host is this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_configured_address_every_loopback_name_is_ours() {
        let config = Config::default();
        for origin in ["http://localhost:8100", "http://127.0.0.1:8100", "http://[::1]:8100"] {
            assert!(is_own(&config, origin), "{origin}");
        }
        for origin in [
            "http://localhost",
            "https://localhost:8100",
            "http://shop.example:8100",
            "null",
            "",
            "http://localhost:08100",
            "http://127.0.0.1:+8100",
            "http://127.0.0.01:8100",
            "http://localhost.:8100",
            "http://localhost:8100/",
        ] {
            assert!(!is_own(&config, origin), "{origin}");
        }
    }

    #[test]
    fn a_host_header_is_ours_in_any_case() {
        let config = Config::default();
        for host in ["localhost:8100", "LOCALHOST:8100", "127.0.0.1:8100", "[::1]:8100"] {
            assert!(is_own_host(&config, host, false), "{host}");
        }
        for host in ["", "localhost", "localhost:80", "shop.example:8100", "127.0.0.1:8100@shop.example"] {
            assert!(!is_own_host(&config, host, false), "{host}");
        }
    }

    #[test]
    fn with_a_configured_address_only_that_one_is_ours() {
        let config = Config { public_url: Url::parse("https://inbox.example").ok(), ..Config::default() };
        assert!(is_own(&config, "https://inbox.example"));
        assert!(!is_own(&config, "http://inbox.example"));
        assert!(!is_own(&config, "http://localhost:8100"));
        assert!(is_widgets(&config, "https://inbox.example") && !is_widgets(&config, "https://chat.example"));
    }

    #[test]
    fn the_widgets_own_host_is_not_the_apps() {
        let url = |text| Url::parse(text).ok();
        let config = Config {
            public_url: url("https://inbox.example"),
            widget_url: url("https://chat.example"),
            ..Config::default()
        };
        assert!(is_widgets(&config, "https://chat.example") && is_widgets(&config, "https://inbox.example"));
        assert!(!is_own(&config, "https://chat.example"));
        assert!(!is_widgets(&config, "http://chat.example"));
    }

    #[test]
    fn providers_may_know_us_by_another_name() {
        let mut config = Config::default();
        assert!(!is_webhooks_host(&config, "localhost:8100"));
        config.providers.webhook_url = Url::parse("https://abc.tunnel.example").ok();
        assert!(
            is_webhooks_host(&config, "abc.tunnel.example")
                && is_webhooks_host(&config, "ABC.tunnel.example:443")
        );
        assert!(!is_webhooks_host(&config, "tunnel.example") && !is_webhooks_host(&config, ""));
        assert!(!is_own_host(&config, "abc.tunnel.example", false));
    }
}

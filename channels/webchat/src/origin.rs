//! Which sites may carry a widget.

use std::fmt;

use url::{Host, Url};

/// The text is no origin a widget could be allowed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write an origin such as https://shop.example or https://*.shop.example")]
pub struct BadOrigin;

/// One allowed origin: scheme, host and port exactly; `*.` in front of the host stands for any
/// subdomain, as in a content security policy, and not for the domain itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginRule {
    subdomains: bool,
    scheme: String,
    host: String,
    port: u16,
}

impl OriginRule {
    /// Reads what an admin wrote.
    ///
    /// # Errors
    /// [`BadOrigin`] for anything that is not scheme, host and perhaps port, or a wildcard elsewhere.
    pub fn parse(text: &str) -> Result<Self, BadOrigin> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or(BadOrigin)?;
        let (subdomains, rest) = match rest.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        if rest.contains('*') {
            return Err(BadOrigin);
        }
        let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| BadOrigin)?;
        let bare = matches!(url.path(), "/" | "") && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() || rest.contains('@') {
            return Err(BadOrigin);
        }
        let rule = Self::of(&url).ok_or(BadOrigin)?;
        // A wildcard over a whole top-level domain or over addresses is a mistake.
        if subdomains && (!rule.host.contains('.') || !matches!(url.host(), Some(Host::Domain(_)))) {
            return Err(BadOrigin);
        }
        Ok(Self { subdomains, ..rule })
    }

    /// Whether a browser's `Origin` is this one. `null` and anything that is not written as browsers
    /// write an origin never is.
    #[must_use]
    pub fn matches(&self, origin: &str) -> bool {
        let Some(asked) = Url::parse(origin).ok().and_then(|url| {
            // Browsers send the serialised origin and nothing else.
            (url.origin().ascii_serialization() == origin).then(|| Self::of(&url)).flatten()
        }) else {
            return false;
        };
        let host = if self.subdomains {
            asked.host.strip_suffix(&self.host).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            asked.host == self.host
        };
        host && asked.scheme == self.scheme && asked.port == self.port
    }

    fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        Some(Self {
            subdomains: false,
            scheme: url.scheme().to_owned(),
            host: url.host_str()?.trim_end_matches('.').to_owned(),
            port: url.port_or_known_default()?,
        })
    }
}

/// As browsers and content security policies write it.
impl fmt::Display for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wildcard = if self.subdomains { "*." } else { "" };
        write!(f, "{}://{wildcard}{}", self.scheme, self.host)?;
        let usual = if self.scheme == "https" { 443 } else { 80 };
        if self.port == usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// Whether any rule allows this origin. No rules allow nobody.
#[must_use]
pub fn is_allowed(rules: &[OriginRule], origin: &str) -> bool {
    rules.iter().any(|rule| rule.matches(origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn allows(rule: &str, origin: &str) -> bool {
        OriginRule::parse(rule).unwrap().matches(origin)
    }

    #[test]
    fn scheme_host_and_port_count() {
        assert!(allows("https://shop.example", "https://shop.example"));
        assert!(allows("https://Shop.Example:443/", "https://shop.example"));
        assert!(allows("http://localhost:3000", "http://localhost:3000"));
        assert!(!allows("https://shop.example", "http://shop.example"));
        assert!(!allows("https://shop.example", "https://shop.example:8443"));
        assert!(!allows("https://shop.example", "https://shop.example.evil.example"));
        assert!(!allows("https://shop.example", "https://evilshop.example"));
        assert!(!allows("https://shop.example", "null"));
        assert!(!allows("https://shop.example", "https://shop.example/path"));
        assert!(!allows("https://shop.example", "https://shop.example@evil.example"));
    }

    #[test]
    fn a_wildcard_stands_for_subdomains_only() {
        assert!(allows("https://*.shop.example", "https://www.shop.example"));
        assert!(allows("https://*.shop.example", "https://a.b.shop.example"));
        assert!(!allows("https://*.shop.example", "https://shop.example"));
        assert!(!allows("https://*.shop.example", "https://evilshop.example"));
        assert!(!allows("https://*.shop.example", "https://.shop.example"));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "*",
            "https://*",
            "https://*.com",
            "https://a.*.example",
            "shop.example",
            "ftp://shop.example",
            "https://shop.example/chat",
            "https://user@shop.example",
            "https://*.127.0.0.1",
            "javascript://x",
        ] {
            assert_eq!(OriginRule::parse(text), Err(BadOrigin), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_allowed_by_surprise(origin in "\\PC{0,60}") {
            let rule = OriginRule::parse("https://shop.example").unwrap();
            prop_assert_eq!(rule.matches(&origin), origin == "https://shop.example");
        }

        #[test]
        fn a_rule_survives_being_written_down(text in "https?://(\\*\\.)?[a-z]{1,8}\\.[a-z]{2,6}(:[1-9][0-9]{1,3})?") {
            let rule = OriginRule::parse(&text).unwrap();
            prop_assert_eq!(OriginRule::parse(&rule.to_string()).unwrap(), rule);
        }
    }
}

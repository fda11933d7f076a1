//! Where links of a text may lead.

/// The address, if it is one of the few kinds that become a link.
#[must_use]
pub fn checked(address: &str) -> Option<String> {
    let safe = |scheme: &&str| {
        let head = address.get(..scheme.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(scheme)) && address.len() > scheme.len()
    };
    let known = ["https://", "http://", "mailto:", "tel:"].iter().any(safe);
    let clean = !address.contains(|c: char| c.is_control() || c.is_whitespace());
    (known && clean).then(|| address.to_owned())
}

/// Where a marked part of a text leads: `style` is the mark's, `value` what it carries.
#[must_use]
pub fn of_span(style: &str, value: Option<&str>, text: &str) -> Option<String> {
    match style {
        "link" => {
            let address = value.unwrap_or(text);
            checked(address).or_else(|| {
                // `example.com/a`: a browser would say https.
                let bare = address.contains('.') && !address.contains(':');
                checked(&format!("https://{address}")).filter(|_| bare)
            })
        }
        "email" => checked(&format!("mailto:{text}")),
        "phone" => {
            let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            checked(&format!("tel:{digits}"))
        }
        _ => None,
    }
}

/// The host that an address of the web names.
#[must_use]
pub fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let place = rest.split(['/', '?', '#']).next()?;
    place.rsplit('@').next()?.split(':').next()
}

/// The host that a link really leads to, when its text looks like another address.
#[must_use]
pub fn disguised(href: &str, text: &str) -> Option<String> {
    let real = host(href)?;
    let text = text.trim();
    let claimed = host(text).unwrap_or_else(|| text.split(['/', '?', '#']).next().unwrap_or_default());
    let looks_like_one =
        claimed.contains('.') && !claimed.contains(char::is_whitespace) && !claimed.ends_with('.');
    let bare = |host: &str| host.trim_start_matches("www.").to_lowercase();
    (looks_like_one && bare(claimed) != bare(real)).then(|| real.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_mail_and_telephone_become_links() {
        for address in ["https://a.example/x", "HTTP://a.example", "mailto:a@b.example", "tel:+4312"] {
            assert_eq!(checked(address).as_deref(), Some(address));
        }
        for address in
            ["javascript:alert(1)", "data:text/html,x", "tg://user?id=1", "https://a\nb", "tel:", "é"]
        {
            assert_eq!(checked(address), None, "{address}");
        }
    }

    #[test]
    fn a_mark_without_an_address_takes_its_text() {
        assert_eq!(of_span("link", None, "shop.example/a").as_deref(), Some("https://shop.example/a"));
        assert_eq!(of_span("link", Some("javascript:x.y"), "here"), None);
        assert_eq!(of_span("phone", None, "+43 (1) 234").as_deref(), Some("tel:+431234"));
        assert_eq!(of_span("email", None, "a@b.example").as_deref(), Some("mailto:a@b.example"));
    }

    #[test]
    fn a_link_that_claims_another_host_is_found_out() {
        assert_eq!(disguised("https://evil.example/login", "bank.example").as_deref(), Some("evil.example"));
        assert_eq!(
            disguised("https://bank.example@evil.example/", "https://bank.example").as_deref(),
            Some("evil.example")
        );
        assert_eq!(disguised("https://www.bank.example/a", "bank.example/b"), None);
        assert_eq!(disguised("https://bank.example", "our page"), None);
        assert_eq!(disguised("https://bank.example", "See here."), None);
    }
}

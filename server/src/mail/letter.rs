//! What we write to people.

/// One letter to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Mail address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// For everyone.
    pub text: String,
    /// The same, for mail programs that show it.
    pub html: String,
}

/// Makes a text safe inside HTML and its attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Keeps a name from starting a new header line or a link: names come from strangers.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect()
}

/// A letter of paragraphs with one thing to do.
fn letter(
    to: &str,
    subject: String,
    before: &[String],
    action: &str,
    link: &str,
    after: &[String],
) -> Letter {
    let text = format!("{}\n\n{link}\n\n{}\n", before.join("\n\n"), after.join("\n\n"));
    let paragraphs =
        |lines: &[String]| lines.iter().map(|line| format!("<p>{}</p>", escape(line))).collect::<String>();
    let link = escape(link);
    let html = format!(
        "<!doctype html><html><body style=\"font-family:system-ui,sans-serif;line-height:1.5;color:#1c1c1f;max-width:36em\">\
         {before}<p><a href=\"{link}\" style=\"display:inline-block;padding:10px 18px;border-radius:8px;\
         background:#1f5f4f;color:#ffffff;text-decoration:none\">{action}</a></p>\
         <p style=\"color:#5c5c66;font-size:13px\">{link}</p>{after}</body></html>",
        before = paragraphs(before),
        action = escape(action),
        after = paragraphs(after),
    );
    Letter { to: to.to_owned(), subject, text, html }
}

/// The link that sets a new password.
#[must_use]
pub fn password_reset(to: &str, name: &str, link: &str) -> Letter {
    letter(
        to,
        "Set a new password".to_owned(),
        &[
            format!("Hello {},", one_line(name)),
            "Someone, hopefully you, asked to set a new password for your Switchboard account.".to_owned(),
        ],
        "Set a new password",
        link,
        &["The link works once, for 30 minutes. If you did not ask for it, there is nothing to do: your \
           password stays as it is."
            .to_owned()],
    )
}

/// The link that makes someone a member.
#[must_use]
pub fn invitation(to: &str, workspace: &str, invited_by: &str, link: &str) -> Letter {
    let workspace = one_line(workspace);
    letter(
        to,
        format!("Join {workspace} on Switchboard"),
        &[format!(
            "{} invited you to answer customers together as a member of {workspace}.",
            one_line(invited_by)
        )],
        "Accept the invitation",
        link,
        &["The link works once, for three days. If you did not expect it, just leave it.".to_owned()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_strangers_stay_text() {
        let letter =
            invitation("ana@example.com", "<b>Evil\r\nBcc: x@y.z", "\"><script>", "https://a.b/?c=d&e=f");
        assert!(!letter.subject.contains(['\r', '\n']));
        assert!(!letter.html.contains("<script>") && !letter.html.contains("<b>"));
        assert!(letter.html.contains("https://a.b/?c=d&amp;e=f"));
        assert!(letter.text.contains("https://a.b/?c=d&e=f"));
    }
}

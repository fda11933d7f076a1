//! What people type about themselves: names and mail addresses.

use crate::graphql::Problem;

/// A name without surrounding space: not empty, one line, at most `chars_max` characters.
pub fn name(field: &str, text: &str, chars_max: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::of_field(field, "INVALID", "Enter a name."));
    }
    if text.chars().count() > chars_max {
        return Err(Problem::of_field(field, "INVALID", format!("Use at most {chars_max} characters.")));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::of_field(field, "INVALID", "Use one line of text."));
    }
    Ok(text.to_owned())
}

/// A workspace's name.
pub fn workspace_name(field: &str, text: &str) -> Result<String, Problem> {
    name(field, text, 120)
}

/// A person's name.
pub fn person_name(field: &str, text: &str) -> Result<String, Problem> {
    name(field, text, 200)
}

/// A mail address without surrounding space.
pub fn email(field: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let readable = text.len() <= 254 && text.parse::<lettre::Address>().is_ok();
    if !readable {
        return Err(Problem::of_field(field, "INVALID", "Enter a mail address, like ana@example.com."));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_one_clean_line() {
        assert_eq!(person_name("name", "  Ana Ruiz ").unwrap(), "Ana Ruiz");
        assert_eq!(person_name("name", " \n ").unwrap_err().field.as_deref(), Some("name"));
        assert!(workspace_name("name", &"x".repeat(121)).is_err());
        assert!(person_name("name", "Ana\nBcc: x").is_err());
        assert_eq!(email("email", " ana@example.com ").unwrap(), "ana@example.com");
        for wrong in
            ["", "ana", "ana@", "@example.com", "ana@example.com\nBcc: b@c.d", "a b@c.d", "Ana <a@b.c>"]
        {
            assert!(email("email", wrong).is_err(), "{wrong:?}");
        }
    }
}

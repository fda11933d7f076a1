//! Countries in which one number is written in two ways (`protocols/whatsapp.md` 9).
//!
//! For finding somebody who is known already, never for writing to them: messages go to the `wa_id` that WhatsApp gave.

/// Other ways to write the same number: digits with country code, without `+`. Empty for most.
#[must_use]
pub fn alternatives(wa_id: &str) -> Vec<String> {
    if !wa_id.bytes().all(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let rest = |prefix: &str, length: usize| wa_id.strip_prefix(prefix).filter(|rest| rest.len() == length);
    // Brazil: 55, two digits of the area, and eight of a mobile phone, with or without a 9 before them.
    if let Some((area, number)) = rest("55", 10).and_then(|rest| rest.split_at_checked(2)) {
        return if number.starts_with(['6', '7', '8', '9']) {
            vec![format!("55{area}9{number}")]
        } else {
            Vec::new()
        };
    }
    if let Some((area, number)) = rest("55", 11).and_then(|rest| rest.split_at_checked(2)) {
        let without = number.strip_prefix('9').filter(|short| short.starts_with(['6', '7', '8', '9']));
        return without.map(|number| format!("55{area}{number}")).into_iter().collect();
    }
    // Mexico: 52 and ten digits, formerly with a 1 between.
    if let Some(number) = rest("521", 10) {
        return vec![format!("52{number}")];
    }
    if let Some(number) = rest("52", 10) {
        return vec![format!("521{number}")];
    }
    // Argentina: 54 and ten digits, mobiles with a 9 between.
    if let Some(number) = rest("549", 10) {
        return vec![format!("54{number}")];
    }
    rest("54", 10).map(|number| format!("549{number}")).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn brazil_with_and_without_the_nine() {
        assert_eq!(alternatives("5511987650321"), ["551187650321"]);
        assert_eq!(alternatives("551187650321"), ["5511987650321"]);
        assert!(alternatives("551133334444").is_empty(), "a landline has no mobile form");
        assert!(alternatives("5511933334444").is_empty());
    }

    #[test]
    fn mexico_with_and_without_the_one() {
        assert_eq!(alternatives("5215512345678"), ["525512345678"]);
        assert_eq!(alternatives("525512345678"), ["5215512345678"]);
    }

    #[test]
    fn argentina_with_and_without_the_nine() {
        assert_eq!(alternatives("5491123456789"), ["541123456789"]);
        assert_eq!(alternatives("541123456789"), ["5491123456789"]);
    }

    #[test]
    fn elsewhere_a_number_is_written_in_one_way() {
        for other in
            ["491701234509", "4930123450", "", "DE.40718820934471", "+5511987650321", "5511", "52123"]
        {
            assert!(alternatives(other).is_empty(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn the_way_back_leads_back(wa_id in "5[245][0-9]{9,12}") {
            for other in alternatives(&wa_id) {
                prop_assert_ne!(&other, &wa_id);
                prop_assert_eq!(alternatives(&other), vec![wa_id.clone()]);
            }
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,30}") {
            let _ = alternatives(&text);
        }
    }
}

//! Telephone numbers that one person has in two forms (`protocols/whatsapp.md` 9).

/// The other form of a `wa_id` by which the same person may be known. For finding people only: messages go to the
/// form that WhatsApp gave.
pub fn other_form(wa_id: &str) -> Option<String> {
    if !is_number(wa_id) {
        return None;
    }
    let country = wa_id.get(..2)?;
    match (country, wa_id.len()) {
        // Brazil: mobile numbers got a 9 after the area code; those of eight digits began with 6 to 9.
        ("55", 12) => wa_id
            .split_at_checked(4)
            .filter(|(_, number)| number.starts_with(['6', '7', '8', '9']))
            .map(|(area, number)| format!("{area}9{number}")),
        ("55", 13) => Some(format!("{}{}", wa_id.get(..4)?, wa_id.get(4..)?.strip_prefix('9')?)),
        // Mexico: a 1 was dialled before mobile numbers. Argentina: a 9 still is.
        ("52", 13) => Some(format!("52{}", wa_id.strip_prefix("521")?)),
        ("52", 12) => Some(format!("521{}", wa_id.strip_prefix("52")?)),
        ("54", 13) => Some(format!("54{}", wa_id.strip_prefix("549")?)),
        ("54", 12) => Some(format!("549{}", wa_id.strip_prefix("54")?)),
        _ => None,
    }
}

/// Digits with a country code; ids of groups and the like are none.
pub fn is_number(wa_id: &str) -> bool {
    (7..=15).contains(&wa_id.len()) && wa_id.bytes().all(|byte| byte.is_ascii_digit())
}

/// As people write it.
pub fn international(wa_id: &str) -> Option<String> {
    is_number(wa_id).then(|| format!("+{wa_id}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn brazil_mexico_and_argentina_have_two_forms_of_mobile_numbers() {
        for (one, other) in [
            ("5511987650321", "551187650321"),
            ("5215512345678", "525512345678"),
            ("5491145678901", "541145678901"),
        ] {
            assert_eq!(other_form(one).as_deref(), Some(other));
            assert_eq!(other_form(other).as_deref(), Some(one));
        }
    }

    #[test]
    fn landlines_of_brazil_and_other_countries_have_one() {
        for number in
            ["551132650321", "491701234509", "55119876503", "5511287650321", "", "120363041234567890"]
        {
            assert_eq!(other_form(number), None, "{number}");
        }
    }

    proptest! {
        #[test]
        fn the_other_form_of_the_other_form_is_the_first(number in "5[245][0-9]{9,12}") {
            if let Some(back) = other_form(&number).and_then(|other| other_form(&other)) {
                prop_assert_eq!(back, number);
            }
        }

        #[test]
        fn any_text_has_a_form_or_none(text in "\\PC{0,20}") {
            let _ = (other_form(&text), international(&text));
        }
    }
}

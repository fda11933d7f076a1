//! The order in which people expect ids to stand: numbers inside them by their size.

use std::cmp::Ordering;

/// Compares two ids: runs of digits by their number, everything else by its characters.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let (mut one_rest, mut other_rest) = (one, other);
    loop {
        let (a, b) = (head(one_rest), head(other_rest));
        if a.is_empty() || b.is_empty() {
            return a.len().cmp(&b.len()).then_with(|| one.cmp(other));
        }
        let order = match (is_number(a), is_number(b)) {
            (true, true) => {
                let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
                a.len().cmp(&b.len()).then_with(|| a.cmp(b))
            }
            _ => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
        one_rest = one_rest.get(a.len()..).unwrap_or_default();
        other_rest = other_rest.get(b.len()..).unwrap_or_default();
    }
}

fn is_number(run: &str) -> bool {
    run.starts_with(|c: char| c.is_ascii_digit())
}

/// The digits, or the other characters, that a text begins with.
fn head(text: &str) -> &str {
    let number = is_number(text);
    let end = text.find(|c: char| c.is_ascii_digit() != number).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_count_by_their_size() {
        let mut ids = ["7:10@c", "7:9@c", "-7:100", "7:9", "7:0100"];
        ids.sort_by(|one, other| compare(one, other));
        assert_eq!(ids, ["-7:100", "7:9", "7:9@c", "7:10@c", "7:0100"]);
    }

    proptest! {
        #[test]
        fn it_is_an_order(mut ids in proptest::collection::vec("[0-9a-c:-]{0,6}", 0..20)) {
            ids.sort_by(|one, other| compare(one, other));
            for (at, one) in ids.iter().enumerate() {
                for other in ids.iter().skip(at) {
                    prop_assert_ne!(compare(one, other), Ordering::Greater);
                    prop_assert_eq!(compare(one, other) == Ordering::Equal, one == other);
                }
            }
        }
    }
}

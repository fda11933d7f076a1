use proptest::prelude::*;

use super::*;

fn span(start: i64, end: i64, style: &str, value: Option<&str>) -> TextSpan {
    TextSpan { start, end, style: style.to_owned(), value: value.map(str::to_owned) }
}

/// The tree in short: `b(…)` for looks, `<href …>` for links, `||…||`, `>…<` and `[…]` for blocks.
fn shape(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text, looks) if looks.is_plain() => text.clone(),
            Part::Text(text, looks) => {
                format!("{}({text})", looks.class().replace(" text--", "+").trim_start_matches('+'))
            }
            Part::Link { href, host, parts } => {
                format!(
                    "<{href}{} {}>",
                    host.as_ref().map(|h| format!("!{h}")).unwrap_or_default(),
                    shape(parts)
                )
            }
            Part::Spoiler(parts) => format!("||{}||", shape(parts)),
            Part::Quote(parts) => format!(">{}<", shape(parts)),
            Part::CodeBlock(text) => format!("[{text}]"),
            Part::Moment(at, text) => format!("@{}:{text}", at.0),
        })
        .collect()
}

fn of(text: &str, spans: &[TextSpan]) -> String {
    shape(&parts(text, spans, text.len()))
}

#[test]
fn looks_nest_and_overlap() {
    assert_eq!(
        of("abcdef", &[span(0, 4, "bold", None), span(2, 6, "italic", None)]),
        "bold(ab)bold+italic(cd)italic(ef)"
    );
    assert_eq!(of("see @ana", &[span(4, 8, "mention", Some("17"))]), "see name(@ana)");
}

#[test]
fn offsets_count_bytes_and_one_inside_a_character_is_left_out() {
    assert_eq!(of("é😀x", &[span(2, 6, "bold", None)]), "ébold(😀)x");
    assert_eq!(of("é😀x", &[span(1, 6, "bold", None)]), "é😀x");
    assert_eq!(
        of("abc", &[span(-1, 2, "bold", None), span(2, 99, "bold", None), span(2, 1, "bold", None)]),
        "abc"
    );
}

#[test]
fn a_link_stays_one_link_however_its_text_looks() {
    let spans = [span(0, 9, "link", Some("https://a.example")), span(4, 9, "bold", None)];
    assert_eq!(of("our place!", &spans), "<https://a.example our bold(place)>!");
    assert_eq!(of("pay here", &[span(4, 8, "link", Some("javascript:x"))]), "pay here");
    let bank = [span(0, 12, "link", Some("https://evil.example"))];
    assert_eq!(of("bank.example", &bank), "<https://evil.example!evil.example bank.example>");
}

#[test]
fn unmarked_addresses_are_found_but_not_in_code() {
    assert_eq!(of("a https://b.example c", &[]), "a <https://b.example https://b.example> c");
    assert_eq!(of("a https://b.example", &[span(2, 19, "code", None)]), "a code(https://b.example)");
}

#[test]
fn blocks_stand_on_their_own_lines_and_spoilers_hold_links() {
    let text = "he said\nyes\nto\nfn x()";
    let spans = [span(8, 11, "quote", None), span(15, 21, "code_block", Some("rust"))];
    assert_eq!(of(text, &spans), "he said>yes<to[fn x()]");
    let spans = [span(0, 5, "spoiler", None), span(0, 5, "link", Some("https://a.example"))];
    assert_eq!(of("there now", &spans), "||<https://a.example there>|| now");
}

#[test]
fn a_moment_is_a_time() {
    assert_eq!(of("at noon", &[span(3, 7, "moment", Some("1700000000"))]), "at @1700000000000:noon");
    assert_eq!(of("at noon", &[span(3, 7, "moment", Some("soon"))]), "at noon");
}

#[test]
fn a_folded_text_ends_at_the_fold() {
    let bold = [span(0, 6, "bold", None)];
    assert_eq!(shape(&parts("abcdef", &bold, 3)), "bold(abc)");
}

fn characters(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text, _) | Part::CodeBlock(text) | Part::Moment(_, text) => text.clone(),
            Part::Link { parts, .. } | Part::Spoiler(parts) | Part::Quote(parts) => characters(parts),
        })
        .collect()
}

proptest! {
    #[test]
    fn whatever_the_spans_no_character_is_lost_or_moved(
        text in "[a-zé😀م ./:@]{0,40}",
        spans in proptest::collection::vec(
            (-2_i64..90, -2_i64..90, proptest::sample::select(vec![
                "bold", "italic", "code", "spoiler", "link", "email", "phone", "quote", "code_block", "moment", "new",
            ])),
            0..8,
        ),
    ) {
        let spans: Vec<_> = spans.into_iter().map(|(start, end, style)| span(start, end, style, None)).collect();
        prop_assert_eq!(characters(&parts(&text, &spans, text.len())), text);
    }
}

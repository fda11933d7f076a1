use proptest::prelude::*;

use super::*;

fn span(start: usize, end: usize, style: TextStyle) -> TextSpan {
    TextSpan { start, end, style }
}

fn written(plain: &str, spans: Vec<TextSpan>) -> String {
    write(&RichText { plain: plain.to_owned(), spans })
}

#[test]
fn each_style_has_its_marker() {
    use TextStyle::*;
    for (style, expected) in [
        (Bold, "say *yes* now"),
        (Italic, "say _yes_ now"),
        (Strikethrough, "say ~yes~ now"),
        (Code, "say `yes` now"),
        (CodeBlock { language: None }, "say ```yes``` now"),
        (Underline, "say yes now"),
        (Spoiler, "say yes now"),
    ] {
        assert_eq!(written("say yes now", vec![span(4, 7, style)]), expected);
    }
}

#[test]
fn styles_nest_and_of_two_that_cross_the_first_wins() {
    use TextStyle::*;
    let nested = vec![span(0, 11, Bold), span(4, 7, Italic)];
    assert_eq!(written("say yes now", nested), "*say _yes_ now*");
    let crossing = vec![span(0, 7, Bold), span(4, 11, Italic)];
    assert_eq!(written("say yes now", crossing), "*say yes* now");
    let in_code = vec![span(0, 11, Code), span(4, 7, Bold)];
    assert_eq!(written("say yes now", in_code), "`say yes now`");
}

#[test]
fn white_space_stays_outside_and_lines_are_marked_each() {
    use TextStyle::*;
    assert_eq!(written("a  b  c", vec![span(1, 6, Bold)]), "a  *b*  c");
    assert_eq!(written("one\n two \n\nthree", vec![span(0, 16, Bold)]), "*one*\n *two* \n\n*three*");
    assert_eq!(written("one\ntwo\nthree", vec![span(0, 7, Quote { folded: false })]), "> one\n> two\nthree");
}

#[test]
fn what_would_be_shown_as_it_is_is_left_out() {
    use TextStyle::*;
    assert_eq!(written("unbelievable", vec![span(2, 8, Bold)]), "unbelievable");
    assert_eq!(written("2*3*4", vec![span(0, 5, Bold)]), "2*3*4");
    assert_eq!(written("   ", vec![span(0, 3, Bold)]), "   ");
    assert_eq!(written("😀 ok", vec![span(0, 4, Bold)]), "*😀* ok");
}

#[test]
fn a_hidden_address_is_shown() {
    let link = |url: &str| TextStyle::Link { url: Some(url.to_owned()) };
    assert_eq!(
        written("our shop!", vec![span(4, 8, link("https://shop.example/a"))]),
        "our shop (https://shop.example/a)!"
    );
    assert_eq!(
        written("https://a.example", vec![span(0, 17, link("https://a.example/"))]),
        "https://a.example"
    );
    assert_eq!(written("here", vec![span(0, 4, link("javascript:alert(1)"))]), "here");
    assert_eq!(written("here", vec![span(0, 4, TextStyle::Link { url: None })]), "here");
}

fn style() -> impl Strategy<Value = TextStyle> {
    prop_oneof![
        Just(TextStyle::Bold),
        Just(TextStyle::Italic),
        Just(TextStyle::Strikethrough),
        Just(TextStyle::Code),
        Just(TextStyle::CodeBlock { language: None }),
    ]
}

proptest! {
    #[test]
    fn text_without_formatting_is_not_touched(text in "\\PC*") {
        prop_assert_eq!(write(&RichText::plain(text.clone())), text);
    }

    #[test]
    fn markers_come_in_pairs_and_nothing_else_changes(
        plain in "[a-z 😀é\n]{0,60}", spans in proptest::collection::vec((0_usize..70, 0_usize..70, style()), 0..6),
    ) {
        let spans = spans.into_iter().map(|(start, end, style)| span(start, end, style)).collect();
        let text = written(&plain, spans);
        let without: String = text.chars().filter(|c| !matches!(c, '*' | '_' | '~' | '`')).collect();
        prop_assert_eq!(without, plain);
        for marker in ['*', '_', '~', '`'] {
            prop_assert_eq!(text.matches(marker).count() % 2, 0, "{}", text);
        }
    }
}

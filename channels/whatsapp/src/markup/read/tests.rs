use proptest::prelude::*;

use super::*;
use crate::markup::write;

/// A text with its spans as `style[part]`.
fn shown(text: &str) -> String {
    let read = read(text);
    let mut shown = read.plain.clone();
    for span in &read.spans {
        let style = match span.style {
            TextStyle::Bold => "bold",
            TextStyle::Italic => "italic",
            TextStyle::Strikethrough => "struck",
            TextStyle::Code => "code",
            TextStyle::CodeBlock { .. } => "block",
            TextStyle::Quote { .. } => "quote",
            _ => "other",
        };
        shown.push_str(&format!(" {style}[{}]", &read.plain[span.start..span.end]));
    }
    shown
}

#[test]
fn each_marker_has_its_style() {
    for (text, expected) in [
        ("say *yes* now", "say yes now bold[yes]"),
        ("say _yes_ now", "say yes now italic[yes]"),
        ("say ~yes~ now", "say yes now struck[yes]"),
        ("say `yes` now", "say yes now code[yes]"),
        ("say ```yes``` now", "say yes now block[yes]"),
        ("```\nlet a = *b*;\n```\nrest", "let a = *b*;\nrest block[let a = *b*;]"),
        ("> first\n> second\nmine", "first\nsecond\nmine quote[first\nsecond]"),
        ("> first\n\n> second", "first\n\nsecond quote[first] quote[second]"),
        ("> *really*?", "really? quote[really?] bold[really]"),
        ("*مرحبا* 😀*!*", "مرحبا 😀! bold[مرحبا] bold[!]"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn styles_nest() {
    assert_eq!(shown("*say _yes_ now*"), "say yes now bold[say yes now] italic[yes]");
    assert_eq!(shown("*_~x~_*"), "x bold[x] italic[x] struck[x]");
    assert_eq!(shown("`*x*`"), "*x* code[*x*]");
    assert_eq!(shown("*a _b* c_"), "a _b c_ bold[a _b]");
}

#[test]
fn what_is_no_formatting_stays_as_it_is() {
    for text in [
        "2*3*4",
        "snake_case_name",
        "* one\n* two",
        "*",
        "**",
        "* *",
        "* x *",
        "*open",
        "a~b~c",
        "`",
        "``````",
        "``` ```",
        "*over\nlines*",
        ">no space",
        "> ",
        "a > b",
        "x> y",
        "***",
        "_ _",
        "5 * 3 = 15 * 1",
        "https://shop.example/_a_/b*c* is it",
        "see https://shop.example/?q=_x_&r=~y~",
    ] {
        assert_eq!(shown(text), text);
    }
    assert_eq!(
        shown("*https://shop.example/a_b_c*"),
        "https://shop.example/a_b_c bold[https://shop.example/a_b_c]"
    );
}

/// Any of these in a row, thousands of times, is read in no time: each is the start of something that never ends.
#[test]
fn a_long_text_of_markers_is_read_in_one_go() {
    for part in ["*a ", "_a* ", "```", "> *", "`a_ ", "*_~`", "https://", "http://a*b "] {
        let text = part.repeat(200_000 / part.len());
        let read = read(&text);
        assert!(read.plain.len() <= text.len());
    }
}

proptest! {
    #[test]
    fn nothing_but_markers_goes(text in "[a-c*_~`> \n😀é1-2]{0,80}") {
        let read = read(&text);
        let solid = |text: &str| text.chars().filter(|c| !"*_~`> \n".contains(*c)).collect::<String>();
        prop_assert_eq!(solid(&read.plain), solid(&text));
        prop_assert_eq!(read.plain.is_empty(), text.is_empty());
        let mut start = 0;
        for span in &read.spans {
            prop_assert!(span.start >= start, "spans are in order");
            prop_assert!(read.plain.get(span.start..span.end).is_some_and(|part| !part.is_empty()));
            start = span.start;
        }
    }

    #[test]
    fn what_was_written_is_read_back(
        plain in "[a-z 😀é\n]{0,60}",
        spans in prop::collection::vec((0_usize..70, 0_usize..70, 0_usize..4), 0..6),
    ) {
        let spans = spans.into_iter().map(|(start, end, marker)| TextSpan { start, end, style: style(marker) });
        let text = write(&RichText { plain: plain.clone(), spans: spans.collect() });
        let back = read(&text);
        prop_assert_eq!(&back.plain, &plain);
        prop_assert_eq!(write(&back), text);
    }
}

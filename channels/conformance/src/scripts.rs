//! Texts that break what is not careful with them.

use shared::RichText;

/// A text with a name.
#[derive(Debug, Clone)]
pub struct Script {
    /// For the report.
    pub name: &'static str,
    /// The text.
    pub text: String,
}

/// How [`scripts`]' markup reads where its markers are the platform's formatting.
const FORMATTED: &str = "<b>not bold</b> x code no [a](b) &amp; \\";

impl Script {
    /// Whether an adapter has read it right: to the letter, or with markers become formatting.
    #[must_use]
    pub fn is_told_by(&self, read: &RichText) -> bool {
        let formatted = self.name == "markup" && read.plain == FORMATTED && read.spans.len() == 4;
        (read.plain == self.text && read.spans.is_empty()) || formatted
    }
}

/// Texts in many scripts. None has white space at its ends: platforms trim it.
#[must_use]
pub fn scripts() -> Vec<Script> {
    let script = |name, text: &str| Script { name, text: text.to_owned() };
    vec![
        script("ascii", "Is the blue one back in stock?"),
        script("accents", "Größe M, naïveté, Đặng, ČŘŽ"),
        script("combining", "e\u{301}a\u{308} is not é ä"),
        script("emoji", "😀👍🏽🇳🇱👨‍👩‍👧‍👦❤️"),
        script("right-to-left", "مرحبا، هل المتجر مفتوح؟ שלום"),
        script("mixed directions", "Order 42 \u{2067}הזמנה\u{2069} is ready"),
        script("chinese", "这个还有蓝色的吗？𠮷野家"),
        script("devanagari", "क्या यह उपलब्ध है?"),
        script("thai", "มีสีน้ำเงินไหมครับ"),
        script("zero-width", "a\u{200b}b\u{200c}c\u{200d}d\u{feff}e"),
        script("old scripts", "𐎠𐎡 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u{10ffff}"),
        script("lines", "first\n\n\tsecond\r\nthird"),
        script("markup", "<b>*not bold*</b> _x_ `code` ~no~ [a](b) &amp; \\"),
        script("quotes", "\"it's\" “fine” {{1}} %s %00"),
    ]
}

//! How much of its allowance Meta says is used up (`protocols/meta-common.md` 9).

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

use crate::json::Object;

/// From here on it is wise to call less.
pub const SLOW_FROM_PERCENT: u64 = 80;

const APP_HEADER: &str = "x-app-usage";
const BUSINESS_HEADER: &str = "x-business-use-case-usage";

/// What was used up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The worst of all counts, in percent of what is allowed; at 100 calls fail.
    pub percent: u64,
    /// How long until calls work again, if they do not now.
    pub regain: Option<Duration>,
}

impl Usage {
    /// The worse of two.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        Self { percent: self.percent.max(other.percent), regain: self.regain.max(other.regain) }
    }
}

/// Reads the usage headers of an answer; what cannot be read counts as nothing.
#[must_use]
pub fn read(headers: &HeaderMap) -> Usage {
    let json = |name: &str| -> Option<Value> { serde_json::from_slice(headers.get(name)?.as_bytes()).ok() };
    let app = json(APP_HEADER);
    let business = json(BUSINESS_HEADER);
    let app = app.as_ref().and_then(Object::of).map(one).unwrap_or_default();
    let objects = business.as_ref().and_then(Object::of);
    let all =
        objects.into_iter().flat_map(|objects| objects.keys().flat_map(move |id| objects.list(id)).map(one));
    all.fold(app, Usage::worse)
}

fn one(counts: Object<'_>) -> Usage {
    let percent = |key| counts.number(key).map_or(0, |percent| percent.clamp(0.0, 10_000.0) as u64);
    let minutes = counts.size("estimated_time_to_regain_access").filter(|minutes| *minutes > 0);
    Usage {
        percent: percent("call_count").max(percent("total_time")).max(percent("total_cputime")),
        regain: minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60))),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_worst_count_and_the_longest_wait_win() {
        let mut headers = HeaderMap::new();
        headers.insert(
            APP_HEADER,
            HeaderValue::from_static(r#"{"call_count":28,"total_time":25,"total_cputime":31}"#),
        );
        assert_eq!(read(&headers), Usage { percent: 31, regain: None });
        let compact = r#"{"7":[{"call_count":95,"estimated_time_to_regain_access":0},{"call_count":100,"estimated_time_to_regain_access":7}],"8":[]}"#;
        headers.insert(BUSINESS_HEADER, HeaderValue::from_static(compact));
        assert_eq!(read(&headers), Usage { percent: 100, regain: Some(Duration::from_secs(420)) });
    }

    #[test]
    fn what_cannot_be_read_counts_as_nothing() {
        for text in ["", "x", "[]", "{\"call_count\":\"many\"}", "{\"call_count\":-4}"] {
            let mut headers = HeaderMap::new();
            headers.insert(APP_HEADER, HeaderValue::from_str(text).unwrap());
            headers.insert(BUSINESS_HEADER, HeaderValue::from_str(text).unwrap());
            assert_eq!(read(&headers), Usage::default(), "{text}");
        }
    }
}

//! A business's number, as Graph describes it.

use channel_meta::{Failed, Graph, GraphError, Object};
use serde_json::Value;

/// What the reference promises.
const FIELDS: &str = "id,display_phone_number,verified_name,status,quality_rating,code_verification_status,\
                      account_mode,messaging_limit_tier";
/// What newer versions have besides. A version that lacks one refuses the whole call: then it goes without.
const MORE_FIELDS: &str = "name_status,platform_type,is_on_biz_app,throughput,health_status";
/// Most pages of numbers that are read.
const PAGES_MAX: usize = 20;

/// A business's number. What Graph does not say is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusinessNumber {
    /// Phone number id: the key of a channel.
    pub id: String,
    /// As shown: `+49 30 123450`.
    pub display: Option<String>,
    /// The name people see.
    pub verified_name: Option<String>,
    /// `CONNECTED`, `PENDING`, `FLAGGED`, `BANNED` …
    pub status: Option<String>,
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    pub quality: Option<String>,
    /// `TIER_250` … `UNLIMITED`.
    pub tier: Option<String>,
    /// `LIVE` or `SANDBOX`.
    pub mode: Option<String>,
    /// `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    pub verification: Option<String>,
    /// `APPROVED`, `DECLINED`, `PENDING_REVIEW` …
    pub name_status: Option<String>,
    /// `CLOUD_API` once it is registered there.
    pub platform: Option<String>,
    /// Also used in the WhatsApp Business app: it is not to be registered.
    pub in_business_app: bool,
    /// `AVAILABLE`, `LIMITED` or `BLOCKED`.
    pub can_send: Option<String>,
    /// Why it cannot send, in Meta's words.
    pub obstacles: Vec<String>,
}

impl BusinessNumber {
    /// Asks for one number.
    pub async fn fetch(graph: &Graph<'_>, id: &str) -> Result<Self, Failed> {
        let answer = with_fields(graph, &[id], None).await?;
        Object::of(&answer).and_then(Self::read).ok_or(Failed::Garbled { status: 200 })
    }

    /// Asks for every number of a business account.
    pub async fn all_of(graph: &Graph<'_>, business_account: &str) -> Result<Vec<Self>, Failed> {
        let path = [business_account, "phone_numbers"];
        let mut numbers = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let page = with_fields(graph, &path, after.as_deref()).await?;
            let page = Object::of(&page).ok_or(Failed::Garbled { status: 200 })?;
            numbers.extend(page.list("data").filter_map(Self::read));
            match next_page(page, after.as_deref()) {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        Ok(numbers)
    }

    /// It belongs to the Cloud API. One that is flagged, limited or banned still does: registering it again would help
    /// nobody, and attempts are counted. So is one of which Meta says nothing.
    pub fn is_registered(&self) -> bool {
        let not_yet = matches!(
            self.status.as_deref(),
            Some("PENDING" | "DISCONNECTED" | "UNVERIFIED" | "MIGRATED" | "DELETED")
        );
        !not_yet && self.platform.as_deref().is_none_or(|platform| platform == "CLOUD_API")
    }

    fn read(node: Object<'_>) -> Option<Self> {
        let health = node.object("health_status");
        Some(Self {
            id: node.id("id")?,
            display: node.owned("display_phone_number"),
            verified_name: node.owned("verified_name"),
            status: node.owned("status"),
            quality: node.owned("quality_rating"),
            tier: node.owned("messaging_limit_tier"),
            mode: node.owned("account_mode"),
            verification: node.owned("code_verification_status"),
            name_status: node.owned("name_status"),
            platform: node.owned("platform_type"),
            in_business_app: node.flag("is_on_biz_app"),
            can_send: health.and_then(|health| health.owned("can_send_message")),
            obstacles: health.map(obstacles).unwrap_or_default(),
        })
    }
}

/// What stands in the way of sending, wherever it lies: number, business account, business or app.
fn obstacles(health: Object<'_>) -> Vec<String> {
    let errors = health.list("entities").flat_map(|entity| {
        let place = entity.text("entity_type").unwrap_or("account").to_ascii_lowercase().replace('_', " ");
        entity.list("errors").map(move |error| {
            let what = error.text("error_description").unwrap_or("not said why");
            let remedy =
                error.text("possible_solution").map(|remedy| format!(" {remedy}")).unwrap_or_default();
            format!("{place}: {what}{remedy}")
        })
    });
    errors.collect()
}

async fn with_fields(graph: &Graph<'_>, path: &[&str], after: Option<&str>) -> Result<Value, Failed> {
    let all = format!("{FIELDS},{MORE_FIELDS}");
    let query = |fields| {
        let mut query = vec![("fields", fields)];
        query.extend(after.map(|after| ("after", after)));
        query
    };
    match graph.get(path, &query(&all)).await {
        Err(Failed::Refused(error)) if is_about_fields(&error) => graph.get(path, &query(FIELDS)).await,
        other => other,
    }
}

/// `(#100) Tried accessing nonexisting field (…)`.
fn is_about_fields(error: &GraphError) -> bool {
    error.code == 100 && error.subcode.is_none() && error.says("field")
}

/// Where the next page begins; none when this was the last, or when it would be the same again.
pub fn next_page(page: Object<'_>, this: Option<&str>) -> Option<String> {
    let paging = page.object("paging")?;
    let next = paging.object("cursors")?.owned("after")?;
    let more = !page.values("data").is_empty();
    (more && this != Some(next.as_str())).then_some(next)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_read_with_what_stands_in_its_way() {
        let node = json!({
            "id": 770_088_990_011_223_u64, "display_phone_number": "+49 30 123450", "status": "CONNECTED",
            "platform_type": "CLOUD_API",
            "health_status": { "can_send_message": "BLOCKED", "entities": [
                { "entity_type": "PHONE_NUMBER", "can_send_message": "AVAILABLE" },
                { "entity_type": "WABA", "can_send_message": "BLOCKED", "errors": [
                    { "error_code": 141_006, "error_description": "There is no payment method.",
                      "possible_solution": "Add one." }] }] },
        });
        let number = BusinessNumber::read(Object::of(&node).unwrap()).unwrap();
        assert_eq!(number.id, "770088990011223");
        assert!(number.is_registered());
        assert_eq!(number.obstacles, ["waba: There is no payment method. Add one."]);
    }

    #[test]
    fn only_a_number_that_never_was_is_to_be_registered() {
        let number = |status: Option<&str>, platform: Option<&str>| BusinessNumber {
            status: status.map(str::to_owned),
            platform: platform.map(str::to_owned),
            ..BusinessNumber::default()
        };
        for status in [Some("CONNECTED"), Some("FLAGGED"), Some("RESTRICTED"), Some("BANNED"), None] {
            assert!(
                number(status, Some("CLOUD_API")).is_registered() && number(status, None).is_registered()
            );
            assert!(!number(status, Some("ON_PREMISE")).is_registered(), "{status:?}");
        }
        for status in ["PENDING", "DISCONNECTED", "UNVERIFIED", "MIGRATED"] {
            assert!(!number(Some(status), Some("CLOUD_API")).is_registered(), "{status}");
        }
    }

    #[test]
    fn a_page_that_repeats_itself_is_the_last() {
        let page = json!({ "data": [1], "paging": { "cursors": { "after": "QkI" } } });
        let page = Object::of(&page).unwrap();
        assert_eq!(next_page(page, None).as_deref(), Some("QkI"));
        assert_eq!(next_page(page, Some("QkI")), None);
        let empty = json!({ "data": [], "paging": { "cursors": { "after": "QkI" } } });
        assert_eq!(next_page(Object::of(&empty).unwrap(), None), None);
        assert_eq!(next_page(Object::of(&json!({ "data": [1] })).unwrap(), None), None);
    }
}

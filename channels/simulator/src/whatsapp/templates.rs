//! Message templates: the list with its pages, creation with review, deletion, and what happens to them later.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::events;
use super::params::Call;
use crate::sim::Sim;

/// A template in one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Template {
    /// Its id; webhooks write it as a number.
    pub id: String,
    /// With the language, its key.
    pub name: String,
    /// `en_US`, `de` …
    pub language: String,
    /// APPROVED, PENDING, REJECTED, PAUSED, DISABLED …
    pub status: String,
    /// UTILITY, MARKETING or AUTHENTICATION.
    pub category: String,
    /// Header, body, footer, buttons, carousel.
    pub components: Vec<Value>,
    /// `{{order_id}}` instead of `{{1}}`.
    pub named: bool,
    /// GREEN, YELLOW, RED or UNKNOWN.
    pub quality: String,
    /// Why it was rejected; NONE otherwise.
    pub rejected_reason: String,
}

/// How long the review takes, in the provider's milliseconds.
const REVIEW_MS: i64 = 2_000;

impl Template {
    fn fields(&self) -> Map<String, Value> {
        let all = json!({
            "id": self.id, "name": self.name, "language": self.language, "status": self.status,
            "category": self.category, "components": self.components,
            "parameter_format": if self.named { "NAMED" } else { "POSITIONAL" },
            "quality_score": { "score": self.quality }, "rejected_reason": self.rejected_reason,
        });
        match all {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

/// `GET /{business account}/message_templates`: filtered, in pages.
///
/// # Errors
/// 100 for a cursor that is none.
pub fn list(sim: &Arc<Sim>, business_account: &str, call: &Call) -> Result<Value, GraphError> {
    let limit = call.text("limit").and_then(|limit| limit.parse::<usize>().ok()).unwrap_or(25).clamp(1, 250);
    let from = match call.text("after").filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => decode(&cursor).ok_or_else(|| GraphError::new(100, "Invalid cursor"))? + 1,
        None => 0,
    };
    let wanted = call.text("fields");
    let world = sim.world();
    let account = world.whatsapp.business_accounts.get(business_account);
    let all: Vec<&Template> = account
        .into_iter()
        .flat_map(|account| &account.templates)
        .filter(|template| {
            let like = |name: &str, value: &str| {
                call.text(name).is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
            };
            like("name", &template.name)
                && like("language", &template.language)
                && like("status", &template.status)
                && like("category", &template.category)
        })
        .collect();
    let page: Vec<Value> = all
        .iter()
        .skip(from)
        .take(limit)
        .map(|template| {
            let mut fields = template.fields();
            if let Some(wanted) = &wanted {
                fields.retain(|field, _| field == "id" || wanted.split(',').any(|name| name.trim() == field));
            }
            Value::Object(fields)
        })
        .collect();
    let mut paging = json!({});
    if !page.is_empty() {
        let last = from + page.len() - 1;
        paging = json!({ "cursors": { "before": encode(from), "after": encode(last) } });
        if let (true, Some(paging)) = (last + 1 < all.len(), paging.as_object_mut()) {
            let next = format!(
                "{}/v25.0/{business_account}/message_templates?limit={limit}&after={}",
                sim.url,
                encode(last)
            );
            paging.insert("next".into(), next.into());
        }
    }
    Ok(json!({ "data": page, "paging": paging }))
}

fn encode(at: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("t{at}"))
}

fn decode(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix('t')?.parse().ok()
}

/// `POST /{business account}/message_templates`: pending, then reviewed. A name that holds `reject` is rejected.
///
/// # Errors
/// 100 and 2388xxx in words for the author.
pub fn create(sim: &Arc<Sim>, business_account: &str, call: &Call) -> Result<Value, GraphError> {
    let (name, language) = (call.needed("name")?, call.needed("language")?);
    let category = call.needed("category")?.to_ascii_uppercase();
    let told = |subcode: u32, words: &str| GraphError {
        subcode: Some(subcode),
        user_message: Some(words.to_owned()),
        ..GraphError::new(100, "Invalid parameter")
    };
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        || name.len() > 512
    {
        return Err(told(2_388_293, "The name may hold lower-case letters, digits and underscores only."));
    }
    if !matches!(category.as_str(), "UTILITY" | "MARKETING" | "AUTHENTICATION") {
        return Err(GraphError::new(
            100,
            "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}",
        ));
    }
    let Some(Value::Array(components)) = call.values.get("components").cloned() else {
        return Err(GraphError::missing("components"));
    };
    let body = components.iter().find(|part| is(part, "BODY")).and_then(|part| part.get("text"));
    let body = body.and_then(Value::as_str).map(str::trim).unwrap_or_default().to_owned();
    if body.is_empty() && category != "AUTHENTICATION" {
        return Err(told(2_388_047, "The template needs a body."));
    }
    if body.starts_with("{{") || body.ends_with("}}") {
        return Err(told(2_388_299, "A variable may not stand at the beginning or the end of the body."));
    }
    let mut world = sim.world();
    let account = world
        .whatsapp
        .business_accounts
        .get_mut(business_account)
        .ok_or_else(|| GraphError::unknown_object(business_account))?;
    if account.templates.iter().any(|known| known.name == name && known.language == language) {
        return Err(told(2_388_023, "There is already content in this language for this template."));
    }
    let template = Template {
        id: sim.chance.digits(15),
        named: call.text("parameter_format").is_some_and(|format| format.eq_ignore_ascii_case("named")),
        name,
        language,
        status: "PENDING".to_owned(),
        category,
        components,
        quality: "UNKNOWN".to_owned(),
        rejected_reason: "NONE".to_owned(),
    };
    let answer = json!({ "id": template.id, "status": template.status, "category": template.category });
    let (id, rejected) = (template.id.clone(), template.name.contains("reject"));
    account.templates.push(template);
    let (own, business_account) = (Arc::clone(sim), business_account.to_owned());
    sim.spawn(async move {
        let sim = own;
        sim.clock.wait(REVIEW_MS).await;
        let (status, reason) = if rejected { ("REJECTED", "INVALID_FORMAT") } else { ("APPROVED", "NONE") };
        let change =
            Change { status: Some(status.to_owned()), reason: Some(reason.to_owned()), ..Change::default() };
        change_template(&sim, &business_account, &id, change);
    });
    Ok(answer)
}

/// Whether a component is of a type; capitals do not matter.
#[must_use]
pub fn is(component: &Value, kind: &str) -> bool {
    component.get("type").and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(kind))
}

/// `DELETE /{business account}/message_templates?name=[&hsm_id=]`.
///
/// # Errors
/// 100 when there is none.
pub fn delete(sim: &Arc<Sim>, business_account: &str, call: &Call) -> Result<Value, GraphError> {
    let (name, id) = (call.needed("name")?, call.text("hsm_id"));
    let mut world = sim.world();
    let Some(account) = world.whatsapp.business_accounts.get_mut(business_account) else {
        return Err(GraphError::unknown_object(business_account));
    };
    let before = account.templates.len();
    account.templates.retain(|known| known.name != name || id.as_ref().is_some_and(|id| known.id != *id));
    if account.templates.len() == before {
        return Err(GraphError { subcode: Some(2_593_002), ..GraphError::new(100, "Invalid parameter") });
    }
    Ok(json!({ "success": true }))
}

/// What Meta may change of a template.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// A new status; the webhook's event has the same name.
    pub status: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// A new quality.
    pub quality: Option<String>,
    /// A new category.
    pub category: Option<String>,
}

/// Changes a template and tells the webhook. False when there is none.
pub fn change_template(sim: &Arc<Sim>, business_account: &str, id: &str, change: Change) -> bool {
    let mut world = sim.world();
    let Some(template) = world
        .whatsapp
        .business_accounts
        .get_mut(business_account)
        .and_then(|account| account.templates.iter_mut().find(|template| template.id == id))
    else {
        return false;
    };
    let named = |more: Value| {
        let mut value = json!({
            "message_template_id": template.id.parse::<u64>().unwrap_or_default(),
            "message_template_name": template.name,
            "message_template_language": template.language.replace('_', "-"),
        });
        if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
            value.extend(more);
        }
        value
    };
    let mut told = Vec::new();
    if let Some(status) = &change.status {
        let reason = change.reason.clone().unwrap_or_else(|| "NONE".to_owned());
        let more =
            json!({ "event": status, "reason": reason, "message_template_category": template.category });
        told.push(("message_template_status_update", named(more)));
    }
    if let Some(quality) = &change.quality {
        let more = json!({ "previous_quality_score": template.quality, "new_quality_score": quality });
        told.push(("message_template_quality_update", named(more)));
    }
    if let Some(category) = &change.category {
        let more = json!({ "previous_category": template.category, "new_category": category });
        told.push(("template_category_update", named(more)));
    }
    template.rejected_reason = change.reason.unwrap_or_else(|| template.rejected_reason.clone());
    template.status = change.status.unwrap_or_else(|| template.status.clone());
    template.quality = change.quality.unwrap_or_else(|| template.quality.clone());
    template.category = change.category.unwrap_or_else(|| template.category.clone());
    for (field, value) in told {
        events::account_event(sim, &mut world, business_account, field, value);
    }
    true
}

//! The templates of a business account (`protocols/whatsapp.md` 7).

mod read;

use channel_core::{CallError, ChannelAccount, Template};
use channel_meta::{Failed, Graph, GraphApi, Object};

use crate::business_number::next_page;
use crate::connect::business_account;

const FIELDS: &str =
    "id,name,status,category,language,components,quality_score,rejected_reason,parameter_format";
/// Most pages of a hundred templates: twice what a business account may have.
const PAGES_MAX: usize = 120;

/// Every template of the account, page by page.
pub async fn all(api: &GraphApi, account: &ChannelAccount) -> Result<Vec<Template>, CallError> {
    let business_account = business_account(account)?;
    let graph = Graph::of(api, &account.secrets)?;
    let mut templates = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut query = vec![("limit", "100"), ("fields", FIELDS)];
        query.extend(after.as_deref().map(|after| ("after", after)));
        let page = graph.get(&[business_account, "message_templates"], &query).await?;
        let page = Object::of(&page).ok_or(Failed::Garbled { status: 200 })?;
        templates.extend(page.list("data").filter_map(read::template));
        match next_page(page, after.as_deref()) {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(templates)
}

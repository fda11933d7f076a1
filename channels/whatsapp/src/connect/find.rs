//! Finding out whose number credentials are for. What a browser says is a claim; the token decides.

use channel_core::{CallError, Credentials, Permission};
use channel_meta::{Failed, Graph, GraphApi, MetaApp, TokenInfo, is_id, token};
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::business_number::BusinessNumber;

/// Messages go out by the first; the second reads everything else.
pub const SCOPES: [&str; 2] = [PERMISSIONS[0].name, PERMISSIONS[1].name];
/// What each of them is good for.
pub const PERMISSIONS: [Permission; 2] = [
    Permission {
        name: "whatsapp_business_messaging",
        serves: "sending and receiving messages, files and receipts",
    },
    Permission {
        name: "whatsapp_business_management",
        serves: "templates, the number's quality and limits, and hearing of changes to the account",
    },
];
/// Most business accounts that are looked through for a number.
const BUSINESS_ACCOUNTS_MAX: usize = 20;

/// A token, and what it is said to be for.
pub struct Claim {
    pub token: SecretString,
    /// It was got for a code just now: whoever asked has to keep it.
    pub exchanged: bool,
    pub expires_at: Option<DateTime<Utc>>,
    pub app_secret: Option<SecretString>,
    pub number: Option<String>,
    pub business_account: Option<String>,
}

/// Reads what was typed; a code is exchanged at once, since it is good for half a minute.
pub async fn claim(api: &GraphApi, credentials: &Credentials) -> Result<Claim, CallError> {
    match credentials {
        Credentials::Token { token, account_id, parent_account_id, app_secret } => Ok(Claim {
            token: token.clone(),
            exchanged: false,
            expires_at: None,
            app_secret: app_secret.clone(),
            number: typed(account_id.as_deref(), "The phone number id")?,
            business_account: typed(parent_account_id.as_deref(), "The id of the WhatsApp business account")?,
        }),
        Credentials::Code { code, account_id, parent_account_id, redirect_uri, .. } => {
            let app = api.app().ok_or_else(|| {
                CallError::refused(
                    "Switchboard has no app at Meta, which the sign-up belongs to: its operator has to set one, \
                     or connect the number by hand.",
                )
            })?;
            let number = typed(account_id.as_deref(), "The phone number id")?;
            let business_account = typed(parent_account_id.as_deref(), "The id of the business account")?;
            let exchanged = token::exchange_code(api, app, code, redirect_uri.as_deref()).await?;
            Ok(Claim {
                token: exchanged.token,
                exchanged: true,
                expires_at: exchanged.expires_at,
                app_secret: Some(app.secret.clone()),
                number,
                business_account,
            })
        }
        _ => Err(CallError::refused("WhatsApp connects by a token, or by Meta's sign-up.")),
    }
}

fn typed(id: Option<&str>, what: &str) -> Result<Option<String>, CallError> {
    match id.map(str::trim).filter(|id| !id.is_empty()) {
        None => Ok(None),
        Some(id) if is_id(id) => Ok(Some(id.to_owned())),
        Some(_) => Err(CallError::refused(format!(
            "{what} is digits only. It is no telephone number: Meta shows it in the app's WhatsApp settings."
        ))),
    }
}

/// Checks that the token works, that it has both permissions, and that the app secret belongs to it. `None` when Meta
/// does not say: it tells an app about its own tokens only.
pub async fn check_token(
    api: &GraphApi,
    graph: &Graph<'_>,
    claim: &Claim,
) -> Result<Option<TokenInfo>, CallError> {
    let Some(info) = token_info(api, graph, claim).await? else { return Ok(None) };
    if !info.valid {
        let error = info.error.clone().unwrap_or_default();
        let words = match Failed::Refused(Box::new(error)).into() {
            CallError::Unauthorised(words) => words,
            _ => "Meta does not accept this token.".to_owned(),
        };
        return Err(CallError::Unauthorised(words));
    }
    let lacking: Vec<String> = PERMISSIONS
        .iter()
        .filter(|permission| !info.has(permission.name))
        .map(|permission| format!("{} (for {})", permission.name, permission.serves))
        .collect();
    if !lacking.is_empty() {
        return Err(CallError::refused(format!(
            "The token lacks the permission {}: make one that has both, {} and {}.",
            lacking.join(" and "),
            SCOPES[0],
            SCOPES[1],
        )));
    }
    if let (Some(secret), Some(id), false) = (&claim.app_secret, &info.app_id, claim.exchanged) {
        let app = MetaApp { id: id.clone(), secret: secret.clone() };
        let asked = token::debug_token(&Graph::as_app(api, &app)?, &claim.token).await;
        if let Err(Failed::Refused(_)) = asked {
            return Err(CallError::refused(
                "The app secret is not that of the app which the token was made for: Meta shows it in the \
                 app's basic settings.",
            ));
        }
    }
    Ok(Some(info))
}

async fn token_info(
    api: &GraphApi,
    graph: &Graph<'_>,
    claim: &Claim,
) -> Result<Option<TokenInfo>, CallError> {
    // An app's own window makes tokens of that app: it may ask. Others ask about themselves.
    let as_operator = match api.app() {
        Some(app) => Some(Graph::as_app(api, app)?),
        None => None,
    };
    let mut askers = match (&as_operator, claim.exchanged) {
        (Some(app), true) => vec![app, graph],
        (Some(app), false) => vec![graph, app],
        (None, _) => vec![graph],
    }
    .into_iter();
    for asker in askers.by_ref() {
        match token::debug_token(asker, &claim.token).await {
            Ok(info) => return Ok(Some(info)),
            Err(Failed::Refused(error)) if error.code == 190 || error.says("appsecret_proof") => {
                // It is the asker whom Meta does not accept: the token itself, or an app set up wrongly.
                if std::ptr::eq(asker, graph) {
                    return Err(Failed::Refused(error).into());
                }
            }
            Err(Failed::Refused(_)) => {}
            Err(failed) => return Err(failed.into()),
        }
    }
    Ok(None)
}

/// Finds the number and its business account, as the token sees them.
pub async fn number(
    graph: &Graph<'_>,
    info: Option<&TokenInfo>,
    claim: &Claim,
) -> Result<(String, BusinessNumber), CallError> {
    let granted = info.map(|info| info.targets(SCOPES[1])).unwrap_or_default();
    if let Some(claimed) = &claim.business_account
        && !granted.is_empty()
        && !granted.contains(claimed)
    {
        return Err(CallError::refused("The token is not for this WhatsApp business account."));
    }
    let accounts: Vec<String> = match &claim.business_account {
        Some(claimed) => vec![claimed.clone()],
        None => granted.iter().filter(|id| is_id(id)).take(BUSINESS_ACCOUNTS_MAX).cloned().collect(),
    };
    if accounts.is_empty() {
        return Err(CallError::refused(
            "Give the id of the WhatsApp business account that the number belongs to.",
        ));
    }
    let mut found = Vec::new();
    for account in accounts {
        let numbers = match BusinessNumber::all_of(graph, &account).await {
            Ok(numbers) => numbers,
            Err(Failed::Refused(error)) if error.code == 100 || error.code == 33 => {
                return Err(CallError::Refused {
                    words: "Meta does not know this WhatsApp business account, or the token cannot see it."
                        .to_owned(),
                    code: Some(error.shown()),
                });
            }
            Err(failed) => return Err(failed.into()),
        };
        found.extend(numbers.into_iter().map(|number| (account.clone(), number)));
    }
    choose(found, claim.number.as_deref())
}

fn choose(
    found: Vec<(String, BusinessNumber)>,
    claimed: Option<&str>,
) -> Result<(String, BusinessNumber), CallError> {
    let listed = |all: &[(String, BusinessNumber)]| {
        let one = |number: &BusinessNumber| {
            format!("{} ({})", number.display.as_deref().unwrap_or("a number"), number.id)
        };
        all.iter().map(|(_, number)| one(number)).collect::<Vec<_>>().join(", ")
    };
    if found.is_empty() {
        return Err(CallError::refused(
            "The WhatsApp business account has no number yet: add one in the WhatsApp Manager.",
        ));
    }
    let all = listed(&found);
    let many = found.len() > 1;
    let mut right =
        found.into_iter().filter(|(_, number)| claimed.is_none_or(|claimed| number.id == claimed));
    match (right.next(), claimed) {
        (Some(_), None) if many => {
            Err(CallError::refused(format!("Which number? Give the phone number id of one: {all}.")))
        }
        (Some(number), _) => Ok(number),
        (None, _) => Err(CallError::refused(format!(
            "The WhatsApp business account has no number with this phone number id. It has: {all}."
        ))),
    }
}

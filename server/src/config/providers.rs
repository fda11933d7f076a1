//! Where the providers of channels are, and our own applications there.

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::ConfigError;

/// The providers of channels.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Providers {
    /// The origin that providers are told to call, when it is not `public_url`: a tunnel while trying things out.
    pub webhook_url: Option<Url>,
    /// Where the simulator's page of phones is, when the providers' addresses lead to a simulator.
    pub simulator_url: Option<Url>,
    /// Telegram.
    pub telegram: TelegramProvider,
    /// WhatsApp; Messenger and Instagram are reached in the same way.
    pub meta: MetaProvider,
}

/// Where Telegram is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelegramProvider {
    /// The Bot API: Telegram's, or a server of one's own.
    pub api_url: Url,
}

/// Where Meta is, and the installation's own application there. All of the application is optional: without it, each
/// number is connected through an application of its owner's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetaProvider {
    /// The Graph API.
    pub graph_url: Url,
    /// Its version: `v25.0`.
    pub version: String,
    /// The application's id.
    pub app_id: Option<String>,
    /// Its secret: deliveries to `/webhooks/meta/app` are proven with it.
    pub app_secret: Option<SecretString>,
    /// What Meta must say when it asks whether `/webhooks/meta/app` is ours.
    pub verify_token: Option<SecretString>,
    /// The configuration of Embedded Signup.
    pub signup_config_id: Option<String>,
}

impl Default for TelegramProvider {
    fn default() -> Self {
        Self { api_url: fixed("https://api.telegram.org") }
    }
}

impl Default for MetaProvider {
    fn default() -> Self {
        Self {
            graph_url: fixed("https://graph.facebook.com"),
            version: "v25.0".to_owned(),
            app_id: None,
            app_secret: None,
            verify_token: None,
            signup_config_id: None,
        }
    }
}

impl MetaProvider {
    /// The page where a business signs up: Meta's own is on another host than its API, a simulator's is not.
    #[must_use]
    pub fn dialog_url(&self) -> String {
        let mut url = self.graph_url.clone();
        if url.host_str() == Some("graph.facebook.com") {
            let _ = url.set_host(Some("www.facebook.com")); // of an https address, any name can be set
        }
        url.set_path(&format!("{}/dialog/oauth", self.version));
        url.into()
    }
}

impl Providers {
    /// Secrets exactly as they stand in the environment: elsewhere a value of digits only becomes a number, and
    /// loses its leading zeros.
    pub(super) fn take_exact_environment(&mut self) {
        let exact = |key: &str| std::env::var(format!("SWITCHBOARD_PROVIDERS__META__{key}")).ok();
        self.meta.app_id = exact("APP_ID").or_else(|| self.meta.app_id.take());
        self.meta.signup_config_id = exact("SIGNUP_CONFIG_ID").or_else(|| self.meta.signup_config_id.take());
        self.meta.app_secret =
            exact("APP_SECRET").map(SecretString::from).or_else(|| self.meta.app_secret.take());
        self.meta.verify_token =
            exact("VERIFY_TOKEN").map(SecretString::from).or_else(|| self.meta.verify_token.take());
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let impossible = |key, reason: &str| Err(ConfigError::Impossible { key, reason: reason.to_owned() });
        for (key, url) in [
            ("providers.telegram.api_url", Some(&self.telegram.api_url)),
            ("providers.meta.graph_url", Some(&self.meta.graph_url)),
            ("providers.simulator_url", self.simulator_url.as_ref()),
        ] {
            if url.is_some_and(|url| !matches!(url.scheme(), "http" | "https") || url.host_str().is_none()) {
                return impossible(key, "must be an http or https address");
            }
        }
        let version = self.meta.version.strip_prefix('v').and_then(|version| version.split_once('.'));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !version.is_some_and(|(major, minor)| digits(major) && digits(minor)) {
            return impossible("providers.meta.version", "must look like v25.0");
        }
        let meta = &self.meta;
        let parts = [meta.app_id.is_some(), meta.app_secret.is_some(), meta.verify_token.is_some()];
        if parts.contains(&true) && parts.contains(&false) {
            return impossible(
                "providers.meta.app_id",
                "app_id, app_secret and verify_token belong together",
            );
        }
        if self.meta.signup_config_id.is_some() && self.meta.app_id.is_none() {
            return impossible(
                "providers.meta.signup_config_id",
                "needs app_id, app_secret and verify_token",
            );
        }
        Ok(())
    }
}

#[expect(clippy::expect_used, reason = "an address of ours that the tests read")]
fn fixed(address: &str) -> Url {
    Url::parse(address).expect("a fixed address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_up_page_is_on_facebook_or_at_the_simulator() {
        let mut meta = MetaProvider::default();
        assert_eq!(meta.dialog_url(), "https://www.facebook.com/v25.0/dialog/oauth");
        meta.graph_url = "http://127.0.0.1:8300".parse().unwrap();
        assert_eq!(meta.dialog_url(), "http://127.0.0.1:8300/v25.0/dialog/oauth");
    }

    #[test]
    fn half_an_application_is_refused() {
        assert!(Providers::default().check().is_ok());
        let with = |meta: MetaProvider| Providers { meta, ..Providers::default() };
        let half = MetaProvider { app_id: Some("1".to_owned()), ..MetaProvider::default() };
        assert!(with(half).check().is_err());
        let whole = MetaProvider {
            app_id: Some("1".to_owned()),
            app_secret: Some("s".into()),
            verify_token: Some("v".into()),
            ..MetaProvider::default()
        };
        assert!(with(whole).check().is_ok());
        let no_app = MetaProvider { signup_config_id: Some("1".to_owned()), ..MetaProvider::default() };
        assert!(with(no_app).check().is_err());
        let odd = MetaProvider { version: "25".to_owned(), ..MetaProvider::default() };
        assert!(with(odd).check().is_err());
    }
}

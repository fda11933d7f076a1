//! Where Graph is, and which app of Meta's we are.

use std::fmt;

use channel_core::ProviderApi;
use secrecy::SecretString;

/// The version of Graph that is spoken unless the operator sets another one.
pub const DEFAULT_VERSION: &str = "v25.0";

/// The operator's app at Meta: what sign-up windows belong to, and whose secret signs deliveries.
#[derive(Debug, Clone)]
pub struct MetaApp {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
}

/// Graph's address and version, and the operator's app if there is one.
#[derive(Clone)]
pub struct GraphApi {
    pub(crate) provider: ProviderApi,
    version: String,
    app: Option<MetaApp>,
}

impl GraphApi {
    /// Speaks to Graph at `provider`: `https://graph.facebook.com` in earnest.
    #[must_use]
    pub fn new(provider: ProviderApi) -> Self {
        Self { provider, version: DEFAULT_VERSION.to_owned(), app: None }
    }

    /// With the operator's app: needed to exchange the code of a sign-up window.
    #[must_use]
    pub fn with_app(self, app: MetaApp) -> Self {
        Self { app: Some(app), ..self }
    }

    /// With another version of Graph.
    ///
    /// # Errors
    /// [`BadVersion`] for what is not `v` and two numbers.
    pub fn with_version(self, version: &str) -> Result<Self, BadVersion> {
        let parts = version.strip_prefix('v').and_then(|numbers| numbers.split_once('.'));
        let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        match parts {
            Some((major, minor)) if number(major) && number(minor) => {
                Ok(Self { version: version.to_owned(), ..self })
            }
            _ => Err(BadVersion),
        }
    }

    /// The version that is spoken.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The operator's app.
    #[must_use]
    pub fn app(&self) -> Option<&MetaApp> {
        self.app.as_ref()
    }

    /// It is Graph itself; a simulator has other rules.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.provider.base_url.host_str().is_some_and(|host| host.ends_with("facebook.com"))
    }
}

impl fmt::Debug for GraphApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphApi")
            .field("provider", &self.provider)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// That is no version of Graph's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadVersion;

impl fmt::Display for BadVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version of Graph is written like v25.0")
    }
}

impl std::error::Error for BadVersion {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_two_numbers() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let provider = ProviderApi::new(reqwest::Client::new(), "http://localhost".parse().unwrap());
        let api = GraphApi::new(provider);
        assert_eq!(api.version(), "v25.0");
        assert_eq!(api.clone().with_version("v26.0").unwrap().version(), "v26.0");
        for bad in ["", "25.0", "v25", "v25.", "v.0", "v25.0/x", "v25.0 ", "V25.0", "v1000.0"] {
            assert_eq!(api.clone().with_version(bad).unwrap_err(), BadVersion, "{bad}");
        }
    }
}

//! How adapters reach their providers.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use url::Url;

/// A provider's address and the client that calls it. Adapters are given one, and make none themselves: tests
/// and the demo point it at the simulator.
#[derive(Clone)]
pub struct ProviderApi {
    /// The client: [`provider_client`], or one that follows no redirects either.
    pub http: reqwest::Client,
    /// Where the provider answers, without a trailing slash in its path.
    pub base_url: Url,
    /// How long a call without files may take in all.
    pub call_timeout: Duration,
    /// How long a call with files may take in all.
    pub transfer_timeout: Duration,
}

impl ProviderApi {
    /// With the usual patience: 20 s for calls, 3 minutes for files.
    #[must_use]
    pub const fn new(http: reqwest::Client, base_url: Url) -> Self {
        Self {
            http,
            base_url,
            call_timeout: Duration::from_secs(20),
            transfer_timeout: Duration::from_secs(180),
        }
    }
}

/// The client for providers: it follows no redirect (the token would travel along), and gives up on an address that
/// does not answer within 5 s. One serves all adapters; it keeps connections open between calls.
///
/// # Errors
/// When the machine's certificates cannot be read.
pub fn provider_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .user_agent(concat!("Switchboard/", env!("CARGO_PKG_VERSION")))
        .build()
}

impl fmt::Debug for ProviderApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderApi").field("host", &self.base_url.host_str()).finish_non_exhaustive()
    }
}

/// What a failed exchange means for the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It was never written: doing it again is safe.
    NotWritten(&'static str),
    /// It may have been written, and done.
    Unknown(&'static str),
}

impl Lost {
    /// In words, without any address: addresses hold tokens.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotWritten(words) | Self::Unknown(words) => words,
        }
    }
}

/// Tells whether the request of a failed exchange can have reached the provider. Take this in place of the
/// error's own words, which name the whole address.
#[must_use]
pub fn lost(error: &reqwest::Error) -> Lost {
    if error.is_builder() {
        return Lost::NotWritten("the request could not be made");
    }
    if error.is_connect() {
        return Lost::NotWritten("the provider could not be reached");
    }
    if our_own_body_failed(error) {
        return Lost::NotWritten("the file could not be read to its end");
    }
    if error.is_timeout() {
        return Lost::Unknown("the provider did not answer in time");
    }
    Lost::Unknown("the connection broke before the answer was complete")
}

/// The bytes of a file of ours ran out while they were being sent: the provider cannot have taken the request,
/// since its announced length was not reached.
fn our_own_body_failed(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(cause) = cause.downcast_ref::<std::io::Error>()
            && cause.get_ref().is_some_and(|inner| inner.is::<crate::FileGone>())
        {
            return true;
        }
        source = cause.source();
    }
    false
}

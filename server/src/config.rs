//! Configuration: built-in defaults, then a TOML file, then the environment (`SWITCHBOARD_…`).
//!
//! Nested keys are joined by two underscores: `SWITCHBOARD_SMTP__HOST`. Unknown keys are an error, so
//! that a typo is not silently a default.

mod providers;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

pub use providers::{MetaProvider, Providers, TelegramProvider};

/// Everything an operator can set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen for browsers.
    pub listen: SocketAddr,
    /// The address people type; links in mail, cookies and origin checks use it. Default: `http://localhost:<port>`.
    pub public_url: Option<Url>,
    /// A host name of its own for the widget, leading to the same server: its snippet and frame are there, apart
    /// from the address that has members' cookies. Default: `public_url`.
    pub widget_url: Option<Url>,
    /// Where the embedded database, files and keys are.
    pub data_dir: PathBuf,
    /// An existing server, as `switchboard_app`. Without it an embedded PostgreSQL is started.
    pub database_url: Option<SecretString>,
    /// The same database as the schema's owner, for migrations.
    pub database_owner_url: Option<SecretString>,
    /// Folder of the PostgreSQL binaries, when they are in no usual place.
    pub postgres_bin_dir: Option<PathBuf>,
    /// Master keys, one `id:base64` per line, the last one active. Default: `master.key` in the data folder.
    pub master_key_file: Option<PathBuf>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
    pub trusted_proxies: Vec<IpAddr>,
    /// Where Prometheus may read; none: no metrics listener.
    pub metrics_listen: Option<SocketAddr>,
    /// `pretty` for people, `json` for machines.
    pub log_format: LogFormat,
    /// Which log lines, as tracing's filter.
    pub log: String,
    /// Outgoing mail; none: links are shown to whoever may pass them on.
    pub smtp: Option<Smtp>,
    /// Where files are kept.
    pub storage: Storage,
    /// Where the providers of channels are, and our own applications there.
    pub providers: Providers,
    /// The program that converts recordings into voice notes; none: the first `ffmpeg` on the search path.
    pub ffmpeg: Option<PathBuf>,
    /// Bounds that protect the service.
    pub limits: Limits,
    /// Demo workspaces may be made, wherever this listens. Without it, only on a loopback address.
    pub demo: bool,
    /// Where the simulator of demo workspaces listens; nothing does before there is one.
    pub demo_listen: SocketAddr,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Coloured, for a terminal.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// A mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Host name.
    pub host: String,
    /// Usually 587 (STARTTLS) or 465 (TLS).
    pub port: u16,
    /// `starttls`, `tls` or `none` (only for a mail server on this machine).
    #[serde(default)]
    pub encryption: SmtpEncryption,
    /// User name, if the server wants one.
    #[serde(default)]
    pub username: Option<String>,
    /// Its password.
    #[serde(default)]
    pub password: Option<SecretString>,
    /// The sender: `Switchboard <inbox@example.com>`.
    pub from: String,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpEncryption {
    /// Starts plain, then must upgrade.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None.
    None,
}

/// Where attachments are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Storage {
    /// A folder; none: `files` in the data folder.
    Folder {
        /// The folder.
        #[serde(default)]
        path: Option<PathBuf>,
    },
    /// Any S3-compatible store.
    S3 {
        /// Bucket name.
        bucket: String,
        /// Region.
        region: String,
        /// Endpoint, for stores other than AWS.
        #[serde(default)]
        endpoint: Option<Url>,
        /// Access key.
        access_key_id: String,
        /// Its secret.
        secret_access_key: SecretString,
    },
}

/// Bounds that protect the service; raise them only for load tests.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Sign-in attempts per minute and address.
    pub sign_in_per_minute: u32,
    /// Visitors' sessions per hour and address.
    pub visitor_sessions_per_hour: u32,
    /// A visitor's messages in a burst; one more is allowed each second.
    pub visitor_message_burst: u32,
    /// Messages per hour of a visitor.
    pub visitor_messages_per_hour: u32,
    /// A visitor's uploads per hour.
    pub visitor_uploads_per_hour: u32,
    /// Members' requests per minute and user.
    pub requests_per_minute: u32,
    /// Connections in all.
    pub connections: usize,
    /// Connections per client address.
    pub connections_per_client: usize,
    /// Bytes of attachments per workspace.
    pub storage_bytes_per_workspace: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_per_minute: 10,
            visitor_sessions_per_hour: 20,
            visitor_message_burst: 5,
            visitor_messages_per_hour: 60,
            visitor_uploads_per_hour: 10,
            requests_per_minute: 1200,
            connections: 20_000,
            connections_per_client: 200,
            storage_bytes_per_workspace: 50 * 1024 * 1024 * 1024,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8100)),
            public_url: None,
            widget_url: None,
            data_dir: default_data_dir(),
            database_url: None,
            database_owner_url: None,
            postgres_bin_dir: None,
            master_key_file: None,
            trusted_proxies: Vec::new(),
            metrics_listen: None,
            log_format: LogFormat::Pretty,
            log: "info,sqlx=warn,hyper=warn".to_owned(),
            smtp: None,
            storage: Storage::Folder { path: None },
            providers: Providers::default(),
            ffmpeg: None,
            limits: Limits::default(),
            demo: false,
            demo_listen: SocketAddr::from(([127, 0, 0, 1], 8300)),
        }
    }
}

/// As root a system folder, since PostgreSQL runs as another user and must reach it; else the user's own.
fn default_data_dir() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/switchboard");
    }
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).or_else(home).unwrap_or_default().join("switchboard")
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file or variable could not be read as what it should be.
    #[error("configuration: {0}")]
    Unreadable(#[from] config::ConfigError),
    /// Readable, but impossible.
    #[error("configuration: {key}: {reason}")]
    Impossible {
        /// The setting.
        key: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Config {
    /// Reads defaults, the file (when given) and the environment, and checks the whole.
    ///
    /// # Errors
    /// [`ConfigError`] names the key at fault.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut builder = config::Config::builder();
        if let Some(path) = file {
            builder = builder.add_source(config::File::from(path).format(config::FileFormat::Toml));
        }
        let environment = config::Environment::with_prefix("SWITCHBOARD")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("trusted_proxies");
        let mut loaded: Self = builder.add_source(environment).build()?.try_deserialize()?;
        // The names every platform gives these two.
        if loaded.database_url.is_none() {
            loaded.database_url = std::env::var("DATABASE_URL").ok().map(SecretString::from);
        }
        if loaded.database_owner_url.is_none() {
            loaded.database_owner_url = std::env::var("DATABASE_OWNER_URL").ok().map(SecretString::from);
        }
        loaded.providers.take_exact_environment();
        loaded.check()?;
        Ok(loaded)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let impossible = |key, reason: &str| Err(ConfigError::Impossible { key, reason: reason.to_owned() });
        for (key, url) in [
            ("public_url", &self.public_url),
            ("widget_url", &self.widget_url),
            ("providers.webhook_url", &self.providers.webhook_url),
        ] {
            let Some(url) = url else { continue };
            if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
                return impossible(key, "must be an http or https address");
            }
            if url.path() != "/" || url.query().is_some() {
                return impossible(key, "must be an origin without a path");
            }
        }
        if let Some(url) = &self.widget_url {
            match &self.public_url {
                Some(public) if public.scheme() == url.scheme() => {}
                _ => return impossible("widget_url", "needs a public_url, and the same scheme as that"),
            }
        }
        self.providers.check()?;
        if self.database_url.is_some() != self.database_owner_url.is_some() {
            return impossible(
                "database_owner_url",
                "database_url and database_owner_url belong together: the server's role and the schema's owner",
            );
        }
        Ok(())
    }

    /// The origin people use: `http://localhost:8100` without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> String {
        match &self.public_url {
            Some(url) => url.origin().ascii_serialization(),
            None => format!("http://localhost:{}", self.listen.port()),
        }
    }

    /// The origin that the widget's snippet names and its frame is on.
    #[must_use]
    pub fn widget_origin(&self) -> String {
        self.widget_url.as_ref().map_or_else(|| self.origin(), |url| url.origin().ascii_serialization())
    }

    /// The origin that providers are told to call.
    #[must_use]
    pub fn webhook_origin(&self) -> String {
        let url = self.providers.webhook_url.as_ref();
        url.map_or_else(|| self.origin(), |url| url.origin().ascii_serialization())
    }

    /// Where the master keys are.
    #[must_use]
    pub fn master_key_path(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| self.data_dir.join("master.key"))
    }

    /// Whether browsers reach us through TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

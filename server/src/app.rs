//! Everything a request needs, built once.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::Notary;
use crate::auth::Auth;
use crate::channels::{AccountCache, Adapters, WidgetCache};
use crate::config::Config;
use crate::conversations::loaders::Loaders;
use crate::db::Db;
use crate::demo::Stage;
use crate::http::Readiness;
use crate::http::rates::{RequestRate, SocketSeats};
use crate::jobs::Wake;
use crate::mail::Mailer;
use crate::media::Media;
use crate::outbox::{self, Outbox, OutboxSettings};
use crate::realtime::{self, Hub, Presence};
use crate::vault::Vault;
use crate::webhooks::{Processor, Receiver, Webhooks};
use crate::widget::Visitors;

/// The running product: configuration, database, and what features keep for the life of the process.
pub struct App {
    /// As read at start.
    pub config: Config,
    /// As the server's own role.
    pub db: Db,
    /// Signing in.
    pub auth: Auth,
    /// Who speaks to which provider.
    pub adapters: Adapters,
    /// Channels with opened secrets.
    pub accounts: AccountCache,
    /// Rings this process's runner of jobs.
    pub jobs: Wake,
    /// Rings this process's sender.
    pub outbox: Outbox,
    /// Files of messages.
    pub media: Media,
    /// Signs the ends of audit chains.
    pub notary: Notary,
    /// Secrets at rest.
    pub vault: Vault,
    /// Outgoing mail.
    pub mail: Mailer,
    /// Cancelled once, when the process goes down: sockets close, background work ends.
    pub stopping: CancellationToken,
    /// What still has to end by itself after `stopping`: wait for it before the database is closed.
    pub background: TaskTracker,
    /// What resolvers read for many rows at once.
    pub loaders: Loaders,
    /// Live events, handed to whoever watches a workspace.
    pub hub: Hub,
    /// Who looks and types.
    pub presence: Presence,
    /// Where deliveries are handed in.
    pub receiver: Receiver,
    /// Turns them into messages.
    pub processor: Processor,
    /// What is kept between deliveries of providers.
    pub webhooks: Webhooks,
    /// Whether new requests are welcome.
    pub readiness: Readiness,
    /// Requests a minute of each member.
    pub request_rate: RequestRate,
    /// Open sockets of each member.
    pub sockets: SocketSeats,
    /// Web chats by the uuid in their snippet.
    pub widgets: WidgetCache,
    /// Visitors' sessions and allowances.
    pub visitors: Visitors,
    /// Where demo workspaces play.
    pub demo: Arc<Stage>,
}

impl App {
    /// Puts the parts together. Opens nothing that can fail: connections are made when first needed.
    #[must_use]
    pub fn new(config: Config, db: Db) -> Arc<Self> {
        let auth = Auth::new(&config);
        let media = Media::new(&config);
        let notary = Notary::new(&config);
        let vault = Vault::new(config.master_key_path());
        let mail = Mailer::new(config.smtp.clone());
        let demo = Arc::new(Stage::new(&config));
        let adapters = Adapters::new(&config.providers, Arc::clone(&demo));
        let presence = Presence::new();
        let own_application = config.providers.meta.app_id.clone();
        let processor = Processor::new(db.clone(), adapters.clone(), presence.clone(), own_application);
        let hub = Hub::new(db.clone());
        let loaders = Loaders::new(db.clone());
        let request_rate = RequestRate::new(config.limits.requests_per_minute);
        let widgets = WidgetCache::new(db.clone());
        let visitors = Visitors::new(db.clone(), config.limits);
        let webhooks = Webhooks::new(&db, &config.providers.meta);
        Arc::new(Self {
            config,
            db,
            auth,
            adapters,
            accounts: AccountCache::default(),
            jobs: Wake::default(),
            outbox: Outbox::default(),
            media,
            notary,
            vault,
            mail,
            stopping: CancellationToken::new(),
            background: TaskTracker::new(),
            loaders,
            hub,
            presence,
            receiver: Receiver::default(),
            processor,
            webhooks,
            readiness: Readiness::default(),
            request_rate,
            sockets: SocketSeats::default(),
            widgets,
            visitors,
            demo,
        })
    }

    /// Starts what runs beside requests, until `stopping` is cancelled. Call it once, inside the runtime.
    pub fn start_background(app: &Arc<Self>) {
        app.processor.start(&app.receiver, &app.stopping);
        crate::jobs::start(app);
        outbox::start(app, OutboxSettings::default());
        realtime::start(app);
        tokio::spawn(crate::channels::keep_gauges(Arc::clone(app)));
    }
}

//! What the parts share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::chance::Chance;
use crate::clock::Clock;
use crate::delivery::{Parcel, Post};
use crate::faults::Faults;
use crate::files::{Files, NewFile};
use crate::ledger::{Outcome, What};
use crate::live::Live;
use crate::phones::{ChatKey, Phone, Receipt, Side};
use crate::settings::Settings;
use crate::world::{PhoneRefused, World};

/// How long a webhook may take: Meta says 5 s for Messenger and wants far less; Telegram's server waits longer.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// One simulator: its world, clock, chance, faults, files and post.
pub struct Sim {
    /// As started.
    pub settings: Settings,
    /// The address others reach it under, without a slash at the end.
    pub url: String,
    /// Time.
    pub clock: Clock,
    /// Ids and secrets.
    pub chance: Chance,
    /// What goes wrong.
    pub faults: Faults,
    /// Pictures, voices, documents.
    pub files: Files,
    /// Webhooks on their way.
    pub post: Post,
    /// Pages that watch.
    pub live: Live,
    /// For webhooks and media links.
    pub http: reqwest::Client,
    /// Cancelled when the program ends.
    pub stop: CancellationToken,
    /// Where Telegram's numbering of messages begins in each chat.
    pub first_message_number: i64,
    world: Mutex<World>,
}

impl Sim {
    /// An empty simulator that others reach under `url`.
    ///
    /// # Errors
    /// When no HTTP client can be built.
    pub fn new(settings: Settings, url: String, stop: CancellationToken) -> reqwest::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default(); // a second call is harmless
        let http = reqwest::Client::builder()
            .timeout(WEBHOOK_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(64)
            .build()?;
        let clock = Clock::new(settings.time_factor);
        // A stage that is put up again goes on where no earlier run has been: its audience remembers ids.
        let put_up_again = settings.state.is_some();
        let since_2025_s = clock.now_s() - 1_735_689_600;
        let seed = if put_up_again { settings.seed ^ clock.now_ms().unsigned_abs() } else { settings.seed };
        Ok(Self {
            url,
            clock,
            chance: Chance::new(seed),
            first_message_number: if put_up_again { since_2025_s } else { 1 },
            faults: Faults::new(settings.seed),
            files: Files::new(settings.file_bytes_max),
            post: Post::new(settings.events_waiting_max),
            live: Live::default(),
            http,
            stop,
            world: Mutex::new(World::new(&settings)),
            settings,
        })
    }

    /// The world, locked. Never held across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs work beside the requests, until it is done or the simulator stops.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Sends an event on its way; what does not fit is written off in the ledger. Call it with the world locked,
    /// so that events leave in the order in which the world changed.
    pub fn dispatch(self: &Arc<Self>, world: &mut World, parcel: Parcel) {
        let (account, phone, event) = (parcel.account.clone(), parcel.phone.clone(), parcel.event.clone());
        if !self.post.push(self, parcel) {
            let (outcome, events) = (Outcome::Dropped, vec![event]);
            let line = What::Webhook { delivery: 0, events, attempt: 0, outcome, status: None, took_ms: 0 };
            world.ledger.write(self.clock.now_ms(), &account, phone.as_deref(), line);
        }
    }

    /// A webhook took an event: the person's own message now shows two ticks.
    pub fn delivered(&self, parcel: &Parcel) {
        let Some(phone) = &parcel.phone else { return };
        let mut world = self.world();
        let account = parcel.lane.split('/').next().filter(|lane| lane.starts_with("tgb:"));
        let key = ChatKey::new(account.unwrap_or(&parcel.account), phone.as_str());
        let id = parcel.event.rsplit(' ').next().unwrap_or_default();
        let Some(chat) = world.chat_mut(&key) else { return };
        let own = chat.find(id).is_some_and(|message| message.from == Side::Customer);
        if own
            && chat.advance(id, Receipt::Delivered)
            && let Some(message) = chat.find(id)
        {
            self.live.message(&key, message);
        }
    }

    /// Adds a phone and tells the pages.
    ///
    /// # Errors
    /// [`PhoneRefused`] when something of it is malformed or taken.
    pub fn add_phone(&self, new: crate::phones::NewPhone) -> Result<Phone, PhoneRefused> {
        let phone = Phone::create(new, &self.chance);
        self.world().add_phone(phone.clone())?;
        self.live.phones();
        Ok(phone)
    }
}

/// Fetches an address as a provider does: no redirects, up to so many bytes; `None` when it cannot be had.
pub async fn fetch(sim: &Arc<Sim>, address: &str, bytes_max: usize) -> Option<NewFile> {
    let url = url::Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let name = url.path_segments().and_then(|mut parts| parts.next_back().map(str::to_owned));
    let mut answer = sim.http.get(url).send().await.ok()?.error_for_status().ok()?;
    let mime = answer.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mime = mime.unwrap_or("application/octet-stream").to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        if bytes.len() + chunk.len() > bytes_max {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(NewFile { name: name.filter(|name| !name.is_empty()), mime, bytes: bytes.into(), duration_s: None })
}

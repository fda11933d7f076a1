//! A running simulator, an adapter that is connected to it, and a person with a phone.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use channel_core::{
    Act, ChannelAccount, ChannelAdapter, Credentials, FileContent, FileGone, FileSource, Inbound,
    InboundEvent, OutboundMessage, ProviderApi, SendError, SendReceipt, Transmission, WebhookTarget,
};
use serde_json::{Value, json};
use shared::{AttachmentId, Capabilities, RichText};
use simulator::{Settings, Simulator};
use url::Url;

use crate::phone::Control;
use crate::receiver::Receiver;

/// How long something may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the suite must be told about a provider.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The adapter, speaking to this address.
    fn adapter(&self, api: ProviderApi) -> Arc<dyn ChannelAdapter>;

    /// Makes an account in the simulator.
    async fn create(&self, control: &Value) -> Connection;

    /// The simulator's request that makes an account: path below `/control`, and body.
    fn creation(&self) -> (&'static str, Value);

    /// The simulator's name of a message on the phone, from ours.
    fn phone_id(&self, platform_message_id: &str) -> String;

    /// The simulator's request for an account whose owner also writes by hand, and how the answer names it; `None`
    /// when the account itself is one.
    fn native_app(&self, connection: &Connection) -> Option<(&'static str, Value)>;
}

/// An account that can be connected.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The simulator's name of it.
    pub name: String,
    /// Ours.
    pub account: ChannelAccount,
    /// What an admin would type.
    pub credentials: Credentials,
    /// What the provider proves itself with.
    pub webhook_secret: secrecy::SecretString,
}

/// A running simulator, an adapter that is connected to it, and a person with a phone.
pub struct Stage {
    /// The adapter.
    pub adapter: Arc<dyn ChannelAdapter>,
    /// The account it speaks for.
    pub connection: Connection,
    /// Where its events go.
    pub webhook: WebhookTarget,
    pub(crate) control: Control,
    pub(crate) provider: Box<dyn Provider>,
    receiver: Receiver,
    _simulator: Simulator,
}

impl Stage {
    /// Starts everything, and connects.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn start(provider: impl Provider + 'static) -> Self {
        match Self::try_start(Box::new(provider)).await {
            Ok(stage) => stage,
            Err(error) => panic!("the stage does not stand: {error}"),
        }
    }

    async fn try_start(
        provider: Box<dyn Provider>,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let _ = rustls::crypto::ring::default_provider().install_default(); // by another test already, else
        let simulator = Simulator::start(Settings { time_factor: 20.0, ..Settings::default() }).await?;
        let http =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let control = Control::new(http.clone(), simulator.url());
        let api = ProviderApi {
            call_timeout: Duration::from_secs(3),
            transfer_timeout: Duration::from_secs(30),
            ..ProviderApi::new(http, Url::parse(simulator.url())?)
        };
        let adapter = provider.adapter(api);
        let (path, body) = provider.creation();
        let created = control.post(path, body).await;
        let connection = provider.create(&created).await;
        let (receiver, url) = Receiver::start(Arc::clone(&adapter)).await?;
        receiver.prove_with(&connection.account.secrets);
        let webhook = WebhookTarget { url: Url::parse(&url)?, secret: connection.webhook_secret.clone() };
        adapter.connect(&connection.account, &webhook).await?;
        Ok(Self { adapter, connection, webhook, control, provider, receiver, _simulator: simulator })
    }

    /// What the adapter can do.
    #[must_use]
    pub fn can(&self) -> Capabilities {
        self.adapter.capabilities()
    }

    /// The simulator's name of the account.
    #[must_use]
    pub fn account_name(&self) -> &str {
        &self.connection.name
    }

    /// The person acts on the phone; ids of new messages as the phone has them.
    pub async fn phone(&self, act: &str, body: Value) -> Vec<String> {
        self.control.act(self.account_name(), act, body).await
    }

    /// Everything that came in so far, read.
    #[must_use]
    pub fn inbound(&self) -> Vec<Inbound> {
        let bodies = self.receiver.look(|post| post.deliveries.clone());
        let read = |body: &Bytes| match self.adapter.normalise(body) {
            Ok(events) => events,
            Err(error) => panic!("{error}"),
        };
        bodies.iter().flat_map(read).collect()
    }

    /// The deliveries that came in so far.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Bytes> {
        self.receiver.look(|post| post.deliveries.clone())
    }

    /// How many deliveries were turned away.
    #[must_use]
    pub fn unproven(&self) -> usize {
        self.receiver.look(|post| post.unproven)
    }

    /// Waits for an event.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn event<Found>(&self, what: &str, find: impl Fn(&InboundEvent) -> Option<Found>) -> Found {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let events = self.inbound();
            if let Some(found) = events.iter().find_map(|inbound| find(&inbound.event)) {
                return found;
            }
            assert!(tokio::time::Instant::now() < until, "{what} did not come; what came: {events:#?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the provider has nothing left to deliver.
    pub async fn settled(&self) {
        self.control.idle().await;
    }

    /// Lets the person write first, as most platforms demand, and returns the thread.
    pub async fn thread(&self) -> String {
        self.phone("start", json!({})).await;
        self.phone("send", json!({ "text": "Good morning" })).await;
        self.event("the first message", |event| match event {
            InboundEvent::Message(message) if message.text.plain == "Good morning" => {
                Some(message.sender.platform_id.clone())
            }
            _ => None,
        })
        .await
    }

    /// Does one act in the thread.
    ///
    /// # Errors
    /// As the adapter says.
    pub async fn act(&self, thread: &str, act: Act) -> Result<SendReceipt, SendError> {
        self.act_on(thread, None, act, &Files::default()).await
    }

    /// Does one act in the thread, with a quote and files.
    ///
    /// # Errors
    /// As the adapter says.
    pub async fn act_on(
        &self,
        thread: &str,
        quote: Option<String>,
        act: Act,
        files: &Files,
    ) -> Result<SendReceipt, SendError> {
        let reference = AttachmentId::new().to_string().replace("att_", "trm_");
        let transmission = Transmission { reference, to: thread.to_owned(), quote, by_human: true, act };
        self.adapter.send(&self.connection.account, &transmission, files).await
    }

    /// Plans and sends a message, all of it.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn say(&self, thread: &str, message: &OutboundMessage, files: &Files) -> Vec<String> {
        let acts = match self.adapter.plan(message) {
            Ok(acts) => acts,
            Err(refusal) => panic!("not planned: {refusal}"),
        };
        let mut ids = Vec::new();
        for act in acts {
            match self.act_on(thread, None, act, files).await {
                Ok(receipt) => ids.extend(receipt.platform_message_ids),
                Err(error) => panic!("not sent: {error:?}"),
            }
        }
        let distinct: HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "an id was given twice");
        ids
    }

    /// The bubbles of the business on the person's phone.
    pub async fn shown(&self) -> Vec<Value> {
        self.control.bubbles_of_business(self.account_name()).await
    }

    /// Has the simulator do something that no story for all providers needs: a path below `/control`.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        self.control.post(path, body).await
    }

    /// Makes the next `times` calls or deliveries fail.
    pub async fn fault(&self, times: u64, fault: Value) {
        self.control.fault(self.account_name(), times, fault).await;
    }
}

/// A text as an act.
#[must_use]
pub fn text(text: &str) -> Act {
    Act::Text { text: RichText::plain(text), buttons: None }
}

/// A text as a message.
#[must_use]
pub fn message(text: &str) -> OutboundMessage {
    OutboundMessage { text: RichText::plain(text), ..OutboundMessage::default() }
}

/// Files to send, all with the same bytes.
#[derive(Debug, Clone, Default)]
pub struct Files(pub Bytes);

#[async_trait]
impl FileSource for Files {
    async fn open(&self, _: AttachmentId) -> Result<FileContent, FileGone> {
        Ok(FileContent::Bytes(self.0.clone()))
    }
}

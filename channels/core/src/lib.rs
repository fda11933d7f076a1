//! What the server and every channel adapter agree on. It knows no provider.
//!
//! In: a provider's delivery is stored raw; [`ChannelAdapter::verify`] proves it, [`ChannelAdapter::route`] says
//! whose it is, [`ChannelAdapter::normalise`] reads it into [`InboundEvent`]s. All three are pure.
//!
//! Out: [`ChannelAdapter::plan`] cuts what a person meant to say into [`Act`]s, each one call to the provider;
//! [`ChannelAdapter::send`] makes one of them, once, and answers with an error cut by what the caller does next.

mod account;
mod adapter;
mod delivery;
mod inbound;
mod json_text;
mod outbound;
mod provider;

pub use account::{
    AccountInfo, CallError, ChannelAccount, ChannelSecrets, Check, CheckState, Connected, Credentials,
    Health, MediaDownload, MediaError, Permission, PersonProfile, RenewedToken, Template, TemplateButton,
    TemplateButtonKind, TemplateCarouselCard, TemplateHeader, TemplateStatus, Webhook, WebhookHealth,
    WebhookTarget,
};
pub use adapter::ChannelAdapter;
pub use delivery::{Addressee, BadSignature, Inbound, Route, Unreadable};
pub use inbound::{
    AccountEvent, Alias, AliasKind, AttachmentSource, ButtonPress, ButtonReply, By, Card, ChatMoved, Comment,
    ContactCard, DeliveryStatus, Echo, EchoSource, Edit, Failure, Forwarded, IdentityChange, InboundEvent,
    InboundMessage, LabelledValue, LinkCard, Location, MediaRef, Opened, Order, OrderItem, Page, Preference,
    Pricing, Profile, Quote, QuoteTarget, Reachability, Reaction, ReactionChange, Referral, Refused,
    RemoteMedia, ReplyKind, Sender, StatusReport, StatusTarget, TemplateChange, ThreadControl, Unsend,
};
pub use json_text::{mend_json, without_nul};
pub use outbound::{
    Act, Button, ButtonAction, Buttons, Concern, FileContent, FileGone, FileSource, HeaderValue, List,
    ListRow, ListSection, MediaFile, MediaPart, OutboundMessage, Refusal, RefusalReason, SendError,
    SendReceipt, SentMedia, TemplateButtonValue, TemplateMessage, TemplateParameter, Transmission,
    TypingKind, Wait, WaitScope,
};
pub use provider::{Lost, ProviderApi, lost, provider_client};

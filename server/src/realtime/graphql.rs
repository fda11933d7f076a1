//! Live, over GraphQL: what happens in the workspace, and who is at a conversation.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use shared::{ConversationId, MemberId};

use super::{Change, EventKind, HydratedEvent, Person, Present};
use crate::app::App;
use crate::conversations::graphql::{ChannelCount, ConversationNode};
use crate::conversations::{self, Counter};
use crate::error::AppError;
use crate::graphql::{ContextExt, GraphqlError};
use crate::messages::graphql::MessageNode;
use crate::outbox::TypingOut;
use crate::viewer::Viewer;
use crate::workspaces::member::members_by_id;

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "EventKind")]
pub enum LiveKind {
    /// A conversation is new, or changed.
    ConversationChanged,
    /// A thread has a new entry.
    MessageCreated,
    /// An entry changed.
    MessageChanged,
    /// A member has read on.
    ReadMoved,
    /// The workspace, its members or its channels changed.
    WorkspaceChanged,
    /// The cursor is too old or unknown: load everything again and go on from this event's `seq`.
    Resync,
}

/// One visible change, under the workspace's next number.
pub struct WorkspaceEvent(Arc<HydratedEvent>);

#[Object]
impl WorkspaceEvent {
    /// 1, 2, 3 … in the workspace, without gaps.
    async fn seq(&self) -> i64 {
        self.0.seq
    }

    /// What it tells.
    async fn kind(&self) -> LiveKind {
        match self.0.change {
            Change::Resync => LiveKind::Resync,
            Change::Event(EventKind::ConversationChanged) => LiveKind::ConversationChanged,
            Change::Event(EventKind::MessageCreated) => LiveKind::MessageCreated,
            Change::Event(EventKind::MessageChanged) => LiveKind::MessageChanged,
            Change::Event(EventKind::ReadMoved) => LiveKind::ReadMoved,
            Change::Event(EventKind::WorkspaceChanged) => LiveKind::WorkspaceChanged,
        }
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The conversation as it was when the event was read: it may already be newer than the event.
    async fn conversation(&self) -> Option<ConversationNode> {
        self.0.conversation.clone().map(ConversationNode)
    }

    /// The message, likewise.
    async fn message(&self) -> Option<MessageNode> {
        self.0.message.clone().map(MessageNode)
    }

    /// Whose read position moved.
    async fn member_id(&self) -> Option<MemberId> {
        self.0.member_id
    }

    /// How many of the customer's messages that member has read.
    async fn read_count(&self) -> Option<i64> {
        self.0.read_count
    }

    /// Counters after this event, those that changed.
    async fn view_counts(&self) -> Option<ChangedCounts> {
        (!self.0.counters.is_empty()).then(|| ChangedCounts::of(&self.0))
    }
}

/// Counters that changed, each with its new value.
#[derive(Debug, Default, SimpleObject)]
pub struct ChangedCounts {
    /// Open ones of nobody.
    unassigned: Option<i64>,
    /// Open ones.
    all: Option<i64>,
    /// Snoozed ones.
    snoozed: Option<i64>,
    /// Closed ones.
    closed: Option<i64>,
    /// Open ones per member.
    members: Vec<MemberCount>,
    /// Open ones per channel.
    channels: Vec<ChannelCount>,
}

/// How many open conversations a member has.
#[derive(Debug, SimpleObject)]
pub struct MemberCount {
    /// Which.
    member_id: MemberId,
    /// How many.
    open: i64,
}

impl ChangedCounts {
    fn of(event: &HydratedEvent) -> Self {
        let mut counts = Self::default();
        for changed in &event.counters {
            let n = changed.n;
            match changed.counter {
                Counter::Open => counts.all = Some(n),
                Counter::Snoozed => counts.snoozed = Some(n),
                Counter::Closed => counts.closed = Some(n),
                Counter::Unassigned => counts.unassigned = Some(n),
                Counter::Assigned(member_id) => counts.members.push(MemberCount { member_id, open: n }),
                Counter::Channel(channel_id) => counts.channels.push(ChannelCount { channel_id, open: n }),
            }
        }
        counts
    }
}

/// Somebody else at a conversation.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Presence")]
pub struct PresenceNode {
    /// The member; none: the customer.
    member_id: Option<MemberId>,
    /// For people.
    name: String,
    /// It is the customer.
    contact: bool,
    /// Writes something.
    typing: bool,
    /// Has it on the screen.
    viewing: bool,
}

impl From<Present> for PresenceNode {
    fn from(present: Present) -> Self {
        Self {
            contact: present.member_id.is_none(),
            member_id: present.member_id,
            name: present.name,
            typing: present.typing,
            viewing: present.viewing,
        }
    }
}

/// Live subscriptions.
#[derive(Default)]
pub struct RealtimeSubscriptions;

#[Subscription]
impl RealtimeSubscriptions {
    /// Everything that happens in the workspace after number `after`, without a gap or a double. When the
    /// stream ends by itself, subscribe again after the last number that was seen.
    async fn events(
        &self,
        ctx: &Context<'_>,
        after: i64,
    ) -> Result<BoxStream<'static, WorkspaceEvent>, GraphqlError> {
        if let Some(OneEvent(event)) = ctx.data_opt::<OneEvent>() {
            return Ok(stream::iter([WorkspaceEvent(Arc::clone(event))]).boxed());
        }
        let events = events_for(Arc::clone(ctx.app()), ctx.viewer()?.clone(), after);
        Ok(events.map(WorkspaceEvent).boxed())
    }

    /// Holding it means "I am looking at this conversation"; with `typing`, "I am typing". Yields the full
    /// list of the others, now and at each change.
    async fn presence(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
        typing: bool,
    ) -> Result<BoxStream<'static, Vec<PresenceNode>>, GraphqlError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let mut tx = app.db.read(viewer.workspace_id).await?;
        if conversations::store::by_ids(&mut tx, &[conversation_id]).await?.is_empty() {
            return Err(AppError::NotFound("conversation").into());
        }
        drop(tx);
        let watch = Box::pin(app.presence.watch(viewer.workspace_id, conversation_id));
        let here = app.presence.hold(viewer.workspace_id, conversation_id, person(viewer), typing);
        let typing_out = typing.then(|| TypingOut::begin(app, viewer.workspace_id, conversation_id));
        let me = viewer.member_id;
        Ok(stream::unfold((watch, here, typing_out), move |(mut watch, here, typing_out)| async move {
            let others = watch.next().await?.into_iter().filter(|present| present.member_id != Some(me));
            Some((others.map(PresenceNode::from).collect(), (watch, here, typing_out)))
        })
        .boxed())
    }
}

/// In a request's data: `events` yields this one and ends, and it does not matter who asks.
pub struct OneEvent(pub Arc<HydratedEvent>);

/// What a member is told, for as long as they belong to the workspace and hold the stream; meanwhile
/// colleagues see them as online.
pub fn events_for(app: Arc<App>, viewer: Viewer, after: i64) -> BoxStream<'static, Arc<HydratedEvent>> {
    let online = app.presence.hold_online(viewer.workspace_id, person(&viewer));
    let events = Box::pin(app.hub.subscribe(viewer.workspace_id, after));
    let state = (app, viewer, online, events);
    stream::unfold(state, |(app, viewer, online, mut events)| async move {
        let event = events.next().await?;
        // Members come and go with this kind of event: whoever was removed hears nothing more.
        if event.change == Change::Event(EventKind::WorkspaceChanged) && !is_member(&app, &viewer).await {
            return None;
        }
        Some((event, (app, viewer, online, events)))
    })
    .boxed()
}

fn person(viewer: &Viewer) -> Person {
    Person { member_id: Some(viewer.member_id), name: viewer.name.clone() }
}

/// Whether the viewer still belongs to the workspace. While the database is away, nobody is let in.
async fn is_member(app: &App, viewer: &Viewer) -> bool {
    let found = async {
        let mut tx = app.db.read(viewer.workspace_id).await?;
        members_by_id(&mut tx, &[viewer.member_id]).await
    };
    found.await.is_ok_and(|members| members.iter().any(|member| member.removed_at.is_none()))
}

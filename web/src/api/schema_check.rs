//! Checks every operation against the committed schema: its fields and arguments exist, its variables fit, and
//! whatever the schema allows as an answer can be read by the operation's Rust types.

mod answers;
mod schema;

use serde::Serialize;
use shared::{
    AttachmentId, ChannelId, ContactId, ConversationId, InvitationId, MemberId, MessageId, Role, WorkspaceId,
};

use super::Timestamp;
use super::json::{self, FromJson};
use super::operation::{NoVariables, Operation};
use schema::Schema;

/// Enough rounds to meet every value of the longest enum.
const ROUNDS: usize = 10;

fn check<Variables: Serialize, Data: FromJson>(operation: &Operation<Variables, Data>, sample: Variables) {
    let schema = Schema::read();
    let document = schema.check_document(&operation.document());
    schema.check_variables(&document, &serde_json::to_value(sample).unwrap());
    for round in 0..ROUNDS {
        for nulls in [false, true] {
            let answer = schema.answer(&document, round, nulls);
            if let Err(error) = json::read_value::<Data>(&answer) {
                panic!("{}: {error}\n{answer}", operation.text);
            }
        }
    }
}

#[test]
fn signing_in_and_out_fits_the_schema() {
    use super::session::*;
    let text = || "x".to_owned();
    check(&START, NoVariables {});
    let input = SetUpInput {
        token: text(),
        workspace_name: text(),
        name: text(),
        email: text(),
        password: text(),
        demo: true,
    };
    check(&SET_UP, Input { input });
    check(&SIGN_IN, Credentials { email: text(), password: text() });
    check(&SIGN_OUT, NoVariables {});
    check(&REQUEST_PASSWORD_RESET, Email { email: text() });
    check(&RESET_PASSWORD, NewPassword { token: text(), password: text() });
    check(&CHANGE_PASSWORD, ChangedPassword { current_password: text(), new_password: text() });
    check(&CONFIRM_PASSWORD, Password { password: text() });
    check(&CREATE_WORKSPACE, NewWorkspace { name: text(), demo: true });
    check(&RENAME_WORKSPACE, Name { name: text() });
    check(&SWITCH_WORKSPACE, SwitchTo { workspace_id: WorkspaceId::new() });
}

#[test]
fn members_and_invitations_fit_the_schema() {
    use super::members::*;
    let text = || "x".to_owned();
    check(&PEOPLE, NoVariables {});
    check(&INVITE_MEMBER, Invite { email: text(), role: Role::Agent });
    check(&REVOKE_INVITATION, WhichInvitation { invitation_id: InvitationId::new() });
    check(&INVITATION_PREVIEW, InvitationToken { token: text() });
    check(&ACCEPT_INVITATION, Acceptance { token: text(), name: Some(text()), password: None });
    check(&CHANGE_MEMBER_ROLE, NewRole { member_id: MemberId::new(), role: Role::Owner });
    check(&REMOVE_MEMBER, WhichMember { member_id: MemberId::new() });
}

#[test]
fn channels_fit_the_schema() {
    use super::channels::*;
    use super::session::Input;
    let input = || WebChatInput {
        name: Some("Shop".to_owned()),
        color: Some("#000000".to_owned()),
        position: Some(WidgetPosition::Left),
        welcome_title: Some(String::new()),
        welcome_text: Some(String::new()),
        reply_time_text: Some(String::new()),
        allowed_origins: Some(vec!["https://shop.example".to_owned()]),
        pre_chat: Some(vec![PreChatField {
            key: "a".to_owned(),
            label: "A".to_owned(),
            kind: PreChatFieldType::LongText,
            required: true,
        }]),
        hours: Some(OfficeHours {
            time_zone: "UTC".to_owned(),
            days: vec![OfficeDay { weekday: 1, opens_at: "09:00".to_owned(), closes_at: "17:00".to_owned() }],
        }),
        always_open: Some(false),
        offline_text: Some(String::new()),
        identity_mode: Some(IdentityMode::Required),
        attachments_enabled: Some(true),
        emoji_enabled: Some(true),
    };
    let channel_id = ChannelId::new();
    check(&CHANNELS, NoVariables {});
    check(&CHANNEL_SETTINGS, WhichChannel { id: channel_id });
    check(&CREATE_WEB_CHAT, Input { input: input() });
    check(&UPDATE_WEB_CHAT, ChangedWebChat { channel_id, input: input() });
    check(&UPDATE_WEB_CHAT, ChangedWebChat { channel_id, input: WebChatInput::default() });
    check(&SET_CHANNEL_ACTIVE, ChannelSwitch { channel_id, active: true });
    check(&ROTATE_IDENTITY_SECRET, OfChannel { channel_id });
}

#[test]
fn channels_with_a_provider_fit_the_schema() {
    use shared::ChannelKind;

    use super::channels::*;
    use super::session::Input;
    let channel_id = ChannelId::new();
    let text = || Some("x".to_owned());
    let input = || ConnectChannelInput {
        kind: ChannelKind::Whatsapp,
        token: text(),
        code: None,
        account_id: text(),
        parent_account_id: text(),
        redirect_uri: None,
        app_secret: text(),
        pin: text(),
    };
    check(&CONNECT_OPTIONS, NoVariables {});
    check(&INSPECT_CHANNEL, Input { input: input() });
    check(&CONNECT_CHANNEL, Input { input: input() });
    check(&RECONNECT_CHANNEL, Reconnection { channel_id, input: input() });
    check(&DISCONNECT_CHANNEL, OfChannel { channel_id });
    check(&RENAME_CHANNEL, RenamedChannel { channel_id, name: "Shop".to_owned() });
    check(
        &UPDATE_PROVIDER_SETTINGS,
        ChangedProviderSettings { channel_id, read_receipts: Some(true), typing: None },
    );
    check(&CHECK_CHANNEL, OfChannel { channel_id });
    check(&SYNC_TEMPLATES, OfChannel { channel_id });
    check(&RESUME_OUTBOX, OfChannel { channel_id });
    check(&SEND_TEST, TestTo { channel_id, contact_id: ContactId::new() });
    check(&CHANNEL_EVENTS, EventsOf { channel_id, first: 20, after: None });
    check(&ACKNOWLEDGE_CHANNEL_EVENT, WhichEvent { event_id: "cev_1".to_owned() });
}

#[test]
fn audit_log_and_deliveries_fit_the_schema() {
    use super::audit::*;
    use super::deliveries::*;
    check(&AUDIT_LOG, ListFrom { first: 50, after: None });
    check(&AUDIT_CHAIN, NoVariables {});
    let filter = DeliveryFilter {
        outcome: Some(DeliveryOutcome::Failed),
        channel_id: Some(ChannelId::new()),
        search: Some("x".to_owned()),
        first: 50,
        after: None,
    };
    check(&DELIVERIES, filter);
    check(&DELIVERY_WITH_BODY, OneDelivery { id: "dlv_1".to_owned() });
    check(&PROCESS_DELIVERY_AGAIN, WhichDelivery { delivery_id: "dlv_1".to_owned() });
}

#[test]
fn conversations_fit_the_schema() {
    use super::conversations::*;
    let conversation_id = ConversationId::new();
    let view = ConversationView::Unassigned;
    check(
        &CONVERSATIONS,
        ListConversations { view, channel_id: Some(ChannelId::new()), first: 50, after: None },
    );
    check(&CONVERSATION_BY_ID, WhichConversation { id: conversation_id });
    check(&BOARD, NoVariables {});
    check(&EVENT_SEQ, NoVariables {});
    check(&ASSIGN, Assign { conversation_id, member_id: None });
    check(&SNOOZE, Snooze { conversation_id, until: Timestamp(0) });
    check(&CLOSE, Change { conversation_id });
    check(&REOPEN, Change { conversation_id });
    check(&MARK_READ, MarkRead { conversation_id, inbound_count: 1 });
}

#[test]
fn messages_and_contacts_fit_the_schema() {
    use super::contacts::*;
    use super::messages::*;
    use super::session::Input;
    use super::templates::*;
    let conversation_id = ConversationId::new();
    let text = || "x".to_owned();
    check(&THREAD, OpenThread { id: conversation_id, last: 30 });
    check(&HISTORY, EarlierMessages { id: conversation_id, last: 30, before: text() });
    let input = SendMessageInput {
        conversation_id,
        client_id: text(),
        text: text(),
        attachment_ids: vec![AttachmentId::new()],
        quoted_message_id: Some(MessageId::new()),
        last_seen_seq: Some(3),
        template: None,
        location: None,
        buttons: Vec::new(),
        list: None,
    };
    check(&SEND_MESSAGE, Input { input });
    let place = || LocationInput { latitude: 52.5, longitude: 13.0, name: Some(text()), address: None };
    let part = || TemplatePartInput {
        header: Some(TemplateHeaderInput { text: None, attachment_id: None, location: Some(place()) }),
        body: vec![text()],
        buttons: vec![TemplateButtonInput { index: 1, value: text() }],
    };
    let row = ListRowInput { title: text(), description: Some(text()) };
    let input = SendMessageInput {
        conversation_id,
        client_id: text(),
        text: String::new(),
        attachment_ids: Vec::new(),
        quoted_message_id: None,
        last_seen_seq: None,
        template: Some(TemplateInput { template_id: text(), parts: part(), cards: vec![part()] }),
        location: Some(place()),
        buttons: vec![ButtonInput { title: text(), url: Some(text()) }],
        list: Some(ListInput {
            button: text(),
            sections: vec![ListSectionInput { title: text(), rows: vec![row] }],
        }),
    };
    check(&SEND_MESSAGE, Input { input });
    let input = AddNoteInput { conversation_id, client_id: text(), text: text(), attachment_ids: Vec::new() };
    check(&ADD_NOTE, Input { input });
    let message_id = MessageId::new();
    check(&RETRY_MESSAGE, WhichMessage { message_id });
    check(&SETTLE_MESSAGE, Settle { message_id, went_out: true });
    check(&EDIT_MESSAGE, Edit { message_id, text: text() });
    check(&DELETE_MESSAGE, WhichMessage { message_id });
    check(&REACT, React { message_id, emoji: None });
    check(&TEMPLATES, TemplatesOf { channel_id: ChannelId::new() });
    check(&PROVENANCE, WhichMessage { message_id });
    check(&REVISIONS, WhichMessage { message_id });
    check(&SAVE_DRAFT, SaveDraft { conversation_id, mode: DraftMode::Note, text: text() });
    let contact_id = ContactId::new();
    check(&CONTACT_DETAILS, WhichContact { id: contact_id });
    check(&UPDATE_CONTACT, ChangedContact { contact_id, name: Some(text()), email: None, phone: None });
}

#[test]
fn subscriptions_fit_the_schema() {
    use super::live::{After, At, EVENTS, PRESENCE};
    check(&EVENTS, After { after: 7 });
    check(&PRESENCE, At { conversation_id: ConversationId::new(), typing: true });
}

#[test]
#[should_panic(expected = "Query has no field `nowhere`")]
fn a_field_that_the_schema_lacks_is_found() {
    Schema::read().check_document("query { nowhere }");
}

#[test]
#[should_panic(expected = "Query.channel lacks its argument `id`")]
fn a_missing_argument_is_found() {
    Schema::read().check_document("query { channel { id } }");
}

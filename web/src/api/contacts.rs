//! People outside.

use serde::Serialize;
use shared::{ContactId, ConversationId, ConversationStatus};

use super::channels::{CHANNEL_SUMMARY, ChannelSummary};
use super::failure::{PROBLEM, Problem};
use super::json::object;
use super::operation::Operation;
use super::session::Answer;
use super::{Page, Timestamp};

/// A contact as a row or a thread's head shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactSummary {
    pub id: ContactId,
    pub name: String,
    pub email: Option<String>,
    /// The site vouched for who this is.
    pub verified: bool,
}

object!(ContactSummary { id, name, email, verified });

/// What [`ContactSummary`] is selected with.
pub const CONTACT_SUMMARY: &str = "fragment ContactSummaryParts on Contact { id name email verified }";

/// All that the contact column shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// BCP 47, such as `pt-BR`.
    pub locale: Option<String>,
    pub verified: bool,
    pub created_at: Timestamp,
    pub identities: Vec<Identity>,
    pub attributes: Vec<Attribute>,
    /// The newest few, newest first.
    pub conversations: Page<EarlierConversation>,
}

object!(Contact {
    id,
    name,
    email,
    phone,
    locale,
    verified,
    created_at,
    identities,
    attributes,
    conversations
});

/// A contact's face on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub channel: ChannelSummary,
    pub platform_id: String,
    pub display_name: Option<String>,
    pub verified: bool,
    pub aliases: Vec<Alias>,
    pub last_page: Option<PageVisit>,
}

object!(Identity { channel, platform_id, display_name, verified, aliases, last_page });

/// Another name of an identity: a phone number, a user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub kind: String,
    pub value: String,
}

object!(Alias { kind, value });

/// Where on the customer's site the visitor was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageVisit {
    pub url: String,
    pub title: Option<String>,
    pub at: Timestamp,
}

object!(PageVisit { url, title, at });

/// Something known about a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    pub key: String,
    pub value: String,
}

object!(Attribute { key, value });

/// One of a contact's conversations, as a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierConversation {
    pub id: ConversationId,
    pub number: i32,
    pub status: ConversationStatus,
    pub last_activity_at: Timestamp,
    pub preview: String,
}

object!(EarlierConversation { id, number, status, last_activity_at, preview });

const CONTACT: &str = "fragment ContactParts on Contact { id name email phone locale verified createdAt \
    identities { channel { ...ChannelSummaryParts } platformId displayName verified aliases { kind value } \
    lastPage { url title at } } attributes { key value } conversations(first: 10) { nodes { id number status \
    lastActivityAt preview } pageInfo { hasNextPage endCursor } } }";

/// Which contact.
#[derive(Clone, Debug, Serialize)]
pub struct WhichContact {
    pub id: ContactId,
}

/// None: not here.
#[derive(Debug)]
pub struct ContactAnswer {
    pub contact: Option<Contact>,
}

object!(ContactAnswer { contact });

/// One contact with identities and earlier conversations.
pub const CONTACT_DETAILS: Operation<WhichContact, ContactAnswer> = Operation::new(
    "query ContactDetails($id: ID!) { contact(id: $id) { ...ContactParts } }",
    &[CONTACT, CHANNEL_SUMMARY],
);

/// Absent stays, empty text clears.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedContact {
    pub contact_id: ContactId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// The changed contact.
#[derive(Debug)]
pub struct ContactPayload {
    pub contact: Option<Contact>,
    pub problem: Option<Problem>,
}

object!(ContactPayload { contact, problem });

/// Changes what we know of a contact.
pub const UPDATE_CONTACT: Operation<ChangedContact, Answer<ContactPayload>> = Operation::new(
    "mutation UpdateContact($contactId: ID!, $name: String, $email: String, $phone: String) { payload: \
     updateContact(contactId: $contactId, name: $name, email: $email, phone: $phone) { contact { ...ContactParts } \
     problem { ...ProblemParts } } }",
    &[CONTACT, CHANNEL_SUMMARY, PROBLEM],
);

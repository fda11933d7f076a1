//! Workspaces and the people in them: members, roles, invitations.

pub mod accept;
pub mod found;
pub mod graphql;
pub mod invite;
pub mod member;
pub mod roles;
mod store;
mod words;

pub use member::{Member, MemberLoader, members_by_id};
pub use store::{Invitation, Workspace, active_member_of_user, active_members, current, open_invitations};

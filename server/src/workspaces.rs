//! Workspaces and the people in them: members, roles, invitations.

pub mod member;

pub use member::{Member, MemberLoader};

//! What a member may do in a workspace.

use crate::stored::stored_enum;

stored_enum! {
    /// A member's role; each includes what the ones before it may do.
    Role {
        /// Answers customers.
        Agent = 1 / "agent",
        /// Also connects channels, invites people, reads the audit log.
        Admin = 2 / "admin",
        /// Also makes and unmakes owners and renames the workspace.
        Owner = 3 / "owner",
    }
}

impl Role {
    /// Whether this role includes `needed`.
    #[must_use]
    pub fn includes(self, needed: Role) -> bool {
        self.code() >= needed.code()
    }
}

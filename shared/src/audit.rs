//! The words of the audit log. They only grow: old entries must stay readable.

use crate::stored::stored_enum;

stored_enum! {
    /// Who acted.
    ActorKind {
        /// A signed-in member.
        Member = 1 / "member",
        /// The contact, through a channel.
        Contact = 2 / "contact",
        /// Switchboard itself: a timer, the processor of deliveries.
        System = 3 / "system",
        /// The operator of the installation, on the command line.
        Operator = 4 / "operator",
    }
}

stored_enum! {
    /// What an action was done to.
    TargetKind {
        /// The workspace itself.
        Workspace = 1 / "workspace",
        /// A member.
        Member = 2 / "member",
        /// An invitation.
        Invitation = 3 / "invitation",
        /// A channel.
        Channel = 4 / "channel",
        /// A contact.
        Contact = 5 / "contact",
        /// A conversation.
        Conversation = 6 / "conversation",
        /// A message.
        Message = 7 / "message",
        /// An attachment.
        Attachment = 8 / "attachment",
        /// A stored delivery (its number).
        Delivery = 9 / "delivery",
        /// A user account.
        User = 10 / "user",
        /// The audit log itself.
        AuditLog = 11 / "audit_log",
    }
}

stored_enum! {
    /// What was done. The text is the name kept in the log.
    AuditAction {
        /// A workspace was made.
        WorkspaceCreated = 1 / "workspace.created",
        /// A workspace got another name.
        WorkspaceRenamed = 2 / "workspace.renamed",
        /// Someone signed in.
        SignedIn = 10 / "session.signed_in",
        /// Someone signed out.
        SignedOut = 11 / "session.signed_out",
        /// Someone chose another workspace to work in.
        WorkspaceEntered = 12 / "session.workspace_entered",
        /// A reset link was asked for.
        PasswordResetRequested = 13 / "password.reset_requested",
        /// A password was set through a reset link.
        PasswordReset = 14 / "password.reset",
        /// A password was changed by its owner.
        PasswordChanged = 15 / "password.changed",
        /// A sign-in with a wrong password.
        SignInFailed = 16 / "session.sign_in_failed",
        /// A signed-in person gave their password again.
        PasswordConfirmed = 17 / "password.confirmed",
        /// A person was invited.
        MemberInvited = 20 / "member.invited",
        /// An invitation was taken back.
        InvitationRevoked = 21 / "invitation.revoked",
        /// An invitation was accepted.
        MemberJoined = 22 / "member.joined",
        /// A member got another role.
        MemberRoleChanged = 23 / "member.role_changed",
        /// A member was removed.
        MemberRemoved = 24 / "member.removed",
        /// A channel was connected.
        ChannelCreated = 30 / "channel.created",
        /// A channel's settings changed.
        ChannelUpdated = 31 / "channel.updated",
        /// A channel was switched on or off.
        ChannelActivated = 32 / "channel.activated",
        /// A channel was switched off.
        ChannelDeactivated = 33 / "channel.deactivated",
        /// The secret for identity verification was replaced.
        IdentitySecretRotated = 34 / "channel.identity_secret_rotated",
        /// A channel got new credentials.
        ChannelReconnected = 35 / "channel.reconnected",
        /// A channel was disconnected, and its credentials destroyed.
        ChannelDisconnected = 36 / "channel.disconnected",
        /// The provider no longer accepts a channel's credentials.
        ChannelUnauthorised = 37 / "channel.unauthorised",
        /// Somebody had the provider asked how a channel is doing.
        ChannelChecked = 38 / "channel.checked",
        /// A test was sent on a channel.
        ChannelTested = 39 / "channel.tested",
        /// An alert of a channel was acknowledged.
        ChannelEventAcknowledged = 45 / "channel.event_acknowledged",
        /// A channel's templates were read anew from its provider.
        TemplatesSynced = 46 / "channel.templates_synced",
        /// A channel's token was exchanged for one that works longer.
        ChannelTokenRenewed = 48 / "channel.token_renewed",
        /// Credentials were tried on a provider, and nothing was changed.
        CredentialsInspected = 47 / "channel.credentials_inspected",
        /// A batch of deliveries became messages.
        DeliveriesProcessed = 40 / "deliveries.processed",
        /// A delivery was put back for processing.
        DeliveryRequeued = 41 / "delivery.requeued",
        /// Two identities of one person became one.
        IdentitiesMerged = 43 / "identities.merged",
        /// An anonymous visitor proved to be a known person.
        IdentityVerified = 42 / "identity.verified",
        /// An agent answered.
        MessageSent = 50 / "message.sent",
        /// An agent left a note.
        NoteAdded = 51 / "note.added",
        /// A failed message was put in line again.
        MessageRetried = 52 / "message.retried",
        /// An agent said whether a message went out that nobody knew of.
        MessageSettled = 53 / "message.settled",
        /// An agent gave a message of ours other words.
        MessageEdited = 54 / "message.edited",
        /// An agent took a message of ours back.
        MessageDeleted = 55 / "message.deleted",
        /// An agent reacted to a message, or took that off.
        MessageReacted = 56 / "message.reacted",
        /// A batch of transmissions was handed to the platforms, or could not be.
        TransmissionsHandedOver = 57 / "transmissions.handed_over",
        /// A channel's dead letters were put back in line.
        OutboxResumed = 58 / "channel.outbox_resumed",
        /// A conversation was given to a member.
        ConversationAssigned = 60 / "conversation.assigned",
        /// A conversation went back to the queue.
        ConversationUnassigned = 61 / "conversation.unassigned",
        /// A conversation was snoozed.
        ConversationSnoozed = 62 / "conversation.snoozed",
        /// A snoozed conversation came back.
        ConversationWoken = 63 / "conversation.woken",
        /// A conversation was closed.
        ConversationClosed = 64 / "conversation.closed",
        /// A closed or snoozed conversation was opened.
        ConversationReopened = 65 / "conversation.reopened",
        /// A member read a customer's messages.
        ConversationRead = 66 / "conversation.read",
        /// A member kept a draft.
        DraftSaved = 67 / "draft.saved",
        /// A member discarded a draft.
        DraftDiscarded = 68 / "draft.discarded",
        /// A contact's details changed.
        ContactUpdated = 70 / "contact.updated",
        /// A file was uploaded.
        AttachmentUploaded = 80 / "attachment.uploaded",
        /// A file was opened by a member.
        AttachmentOpened = 81 / "attachment.opened",
        /// A file was fetched from its platform, or given up.
        AttachmentFetched = 82 / "attachment.fetched",
        /// The audit log was read.
        AuditLogRead = 90 / "audit_log.read",
        /// The chain was checked.
        AuditLogVerified = 91 / "audit_log.verified",
        /// Keys were rotated.
        KeysRotated = 95 / "keys.rotated",
    }
}

//! What a provider has to permit, and what each permission is good for.

use async_graphql::SimpleObject;
use channel_core::ChannelAdapter;

/// One permission.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct PermissionInfo {
    /// As the provider calls it.
    pub name: String,
    /// It is granted.
    pub granted: bool,
    /// What does not work without it.
    pub serves: String,
}

/// What messaging needs, by what a token has; nothing where the provider does not tell what that is.
pub(super) fn of(adapter: &dyn ChannelAdapter, held: &[String]) -> Vec<PermissionInfo> {
    if held.is_empty() {
        return Vec::new();
    }
    let info = |permission: &channel_core::Permission| PermissionInfo {
        name: permission.name.to_owned(),
        granted: held.iter().any(|held| held == permission.name),
        serves: permission.serves.to_owned(),
    };
    adapter.permissions().iter().map(info).collect()
}

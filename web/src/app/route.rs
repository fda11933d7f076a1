//! The app's addresses as plain values: read from a path, written as one, tested natively.

use shared::{ChannelId, ConversationId};

/// Where the app is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// First run.
    SetUp {
        /// From the printed link.
        token: String,
    },
    SignIn,
    /// Asks for a reset link.
    Forgot,
    /// Takes a new password.
    Reset {
        /// From the mailed link.
        token: String,
    },
    /// Joins a workspace.
    Invite {
        /// From the mailed link.
        token: String,
    },
    /// A list of conversations, and the one open beside it.
    Inbox {
        view: InboxView,
        conversation: Option<ConversationId>,
    },
    Settings(SettingsPage),
    /// No such page.
    Missing,
}

/// Which list the inbox shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InboxView {
    Mine,
    Unassigned,
    All,
    Snoozed,
    Closed,
    /// Open ones of one channel.
    Channel(ChannelId),
}

/// Which settings page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SettingsPage {
    Channels,
    Channel(ChannelId),
    /// Adds a channel. The server lets this page's document open a provider's window: lead here by a real load.
    Connect,
    Members,
    Workspace,
    Audit,
    Deliveries,
    /// Of one channel.
    DeliveriesOf(ChannelId),
    Profile,
}

impl InboxView {
    fn read<'a>(segments: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        Some(match segments.next()? {
            "mine" => Self::Mine,
            "unassigned" => Self::Unassigned,
            "all" => Self::All,
            "snoozed" => Self::Snoozed,
            "closed" => Self::Closed,
            "channel" => Self::Channel(segments.next()?.parse().ok()?),
            _ => return None,
        })
    }

    fn path(self) -> String {
        match self {
            Self::Mine => "mine".to_owned(),
            Self::Unassigned => "unassigned".to_owned(),
            Self::All => "all".to_owned(),
            Self::Snoozed => "snoozed".to_owned(),
            Self::Closed => "closed".to_owned(),
            Self::Channel(id) => format!("channel/{id}"),
        }
    }
}

impl SettingsPage {
    fn read<'a>(segments: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        Some(match segments.next() {
            None => Self::Channels,
            Some("channels") => match segments.next() {
                Some("connect") => Self::Connect,
                Some(id) => Self::Channel(id.parse().ok()?),
                None => Self::Channels,
            },
            Some("members") => Self::Members,
            Some("workspace") => Self::Workspace,
            Some("audit") => Self::Audit,
            Some("deliveries") => match segments.next() {
                Some(id) => Self::DeliveriesOf(id.parse().ok()?),
                None => Self::Deliveries,
            },
            Some("profile") => Self::Profile,
            Some(_) => return None,
        })
    }

    fn path(self) -> String {
        match self {
            Self::Channels => "channels".to_owned(),
            Self::Channel(id) => format!("channels/{id}"),
            Self::Connect => "channels/connect".to_owned(),
            Self::Members => "members".to_owned(),
            Self::Workspace => "workspace".to_owned(),
            Self::Audit => "audit".to_owned(),
            Self::Deliveries => "deliveries".to_owned(),
            Self::DeliveriesOf(id) => format!("deliveries/{id}"),
            Self::Profile => "profile".to_owned(),
        }
    }
}

impl Route {
    /// The inbox as it opens: everything open, so that whoever waits is in sight.
    pub const HOME: Self = Self::Inbox { view: InboxView::All, conversation: None };

    /// Reads a path and a query (`?token=…` or empty).
    pub fn read(path: &str, query: &str) -> Self {
        Self::try_read(path, query).unwrap_or(Self::Missing)
    }

    fn try_read(path: &str, query: &str) -> Option<Self> {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let token = || query_value(query, "token");
        let route = match segments.next() {
            None => Self::HOME,
            Some("setup") => Self::SetUp { token: token() },
            Some("sign-in") => Self::SignIn,
            Some("forgot") => Self::Forgot,
            Some("reset") => Self::Reset { token: token() },
            Some("invite") => Self::Invite { token: token() },
            Some("settings") => Self::Settings(SettingsPage::read(&mut segments)?),
            Some("inbox") => {
                let mut segments = segments.by_ref().peekable();
                let view = match segments.peek() {
                    None => InboxView::All,
                    Some(_) => InboxView::read(&mut segments)?,
                };
                let conversation = match segments.next() {
                    None => None,
                    Some("c") => Some(segments.next()?.parse().ok()?),
                    Some(_) => return None,
                };
                if segments.next().is_some() {
                    return None;
                }
                Self::Inbox { view, conversation }
            }
            Some(_) => return None,
        };
        segments.next().is_none().then_some(route)
    }

    /// The address, ready for a link.
    pub fn href(&self) -> String {
        match self {
            Self::SetUp { token } => format!("/setup?token={token}"),
            Self::SignIn => "/sign-in".to_owned(),
            Self::Forgot => "/forgot".to_owned(),
            Self::Reset { token } => format!("/reset?token={token}"),
            Self::Invite { token } => format!("/invite?token={token}"),
            Self::Inbox { view, conversation: None } => format!("/inbox/{}", view.path()),
            Self::Inbox { view, conversation: Some(id) } => format!("/inbox/{}/c/{id}", view.path()),
            Self::Settings(page) => format!("/settings/{}", page.path()),
            Self::Missing => "/".to_owned(),
        }
    }

    /// Whether it is shown to people who are not signed in.
    pub fn is_public(&self) -> bool {
        matches!(
            self,
            Self::SetUp { .. } | Self::SignIn | Self::Forgot | Self::Reset { .. } | Self::Invite { .. }
        )
    }
}

/// The value of `name`. Tokens are URL-safe text, so nothing needs decoding.
fn query_value(query: &str, name: &str) -> String {
    let pairs = query.trim_start_matches('?').split('&');
    let mut values = pairs.filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
    values.next().map(|(_, value)| value.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Route> {
        let channel = ChannelId::new();
        let mut routes = vec![Route::SignIn, Route::Forgot];
        for token in ["", "abc-_9"] {
            let token = token.to_owned();
            routes.push(Route::SetUp { token: token.clone() });
            routes.push(Route::Reset { token: token.clone() });
            routes.push(Route::Invite { token });
        }
        let views = [
            InboxView::Mine,
            InboxView::Unassigned,
            InboxView::All,
            InboxView::Snoozed,
            InboxView::Closed,
            InboxView::Channel(channel),
        ];
        for view in views {
            routes.push(Route::Inbox { view, conversation: None });
            routes.push(Route::Inbox { view, conversation: Some(ConversationId::new()) });
        }
        let pages = [
            SettingsPage::Channels,
            SettingsPage::Channel(channel),
            SettingsPage::Connect,
            SettingsPage::Members,
            SettingsPage::Workspace,
            SettingsPage::Audit,
            SettingsPage::Deliveries,
            SettingsPage::DeliveriesOf(channel),
            SettingsPage::Profile,
        ];
        routes.extend(pages.map(Route::Settings));
        routes
    }

    #[test]
    fn every_route_reads_back_from_its_own_address() {
        for route in all() {
            let href = route.href();
            let (path, query) = href.split_once('?').unwrap_or((&href, ""));
            assert_eq!(Route::read(path, query), route, "{href}");
        }
    }

    #[test]
    fn the_bare_address_is_the_inbox() {
        assert_eq!(Route::read("/", ""), Route::HOME);
        assert_eq!(Route::read("/inbox", ""), Route::HOME);
        assert_eq!(Route::read("/settings/", ""), Route::Settings(SettingsPage::Channels));
    }

    #[test]
    fn what_is_no_page_is_missing() {
        for path in [
            "/nowhere",
            "/inbox/elsewhere",
            "/inbox/all/c",
            "/inbox/all/c/x",
            "/inbox/mine/d/e",
            "/settings/x",
            "/sign-in/y",
        ] {
            assert_eq!(Route::read(path, ""), Route::Missing, "{path}");
        }
    }

    #[test]
    fn the_token_is_found_among_other_parameters() {
        assert_eq!(Route::read("/reset", "?a=1&token=t_1&b"), Route::Reset { token: "t_1".to_owned() });
    }
}

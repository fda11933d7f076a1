//! The frame around every signed-in page: the rail at the left, the connection banner, palette and sheet.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Role;

use super::actions::{Action, Key, use_actions};
use super::banner::ConnectionBanner;
use super::preferences::{Theme, use_preferences};
use super::route::{InboxView, Route, SettingsPage};
use super::router::use_router;
use super::session::{Session, use_session};
use crate::components::icon::Icon as Shape;
use crate::components::{
    Avatar, Icon, IconButton, Menu, MenuItem, command_palette, shortcuts_sheet, use_toasts,
};

/// Rail and page.
#[component]
pub fn Shell(children: Children) -> impl IntoView {
    let palette = RwSignal::new(false);
    let sheet = RwSignal::new(false);
    register_actions(palette, sheet);
    view! {
        <a class="skip" href="#page">"Skip to the page"</a>
        <div class="shell">
            <Rail palette=palette/>
            <div class="shell__page" id="page" tabindex="-1">
                <ConnectionBanner/>
                {children()}
            </div>
        </div>
        {command_palette(palette)}
        {shortcuts_sheet(sheet)}
    }
}

fn is_admin(session: Session) -> bool {
    session.viewer().is_some_and(|viewer| viewer.is_at_least(Role::Admin))
}

/// The first settings page that the role includes.
fn settings_home(session: Session) -> Route {
    let page = if untrack(|| is_admin(session)) { SettingsPage::Channels } else { SettingsPage::Workspace };
    Route::Settings(page)
}

/// What can be done from everywhere.
fn register_actions(palette: RwSignal<bool>, sheet: RwSignal<bool>) {
    let (router, session, preferences, toasts) =
        (use_router(), use_session(), use_preferences(), use_toasts());
    let go = move |route: Route| move || router.go(route.clone());
    let view = |view| Route::Inbox { view, conversation: None };
    let sign_out = move || {
        spawn_local(async move {
            if let Err(failure) = session.sign_out().await {
                toasts.failed(&failure);
            }
        });
    };
    let admin = move || is_admin(session);
    use_actions().register([
        Action::new("Open the command palette", "Everywhere", move || palette.set(true))
            .key(Key::Mod("k"))
            .unlisted(),
        Action::new("Show keyboard shortcuts", "Everywhere", move || sheet.set(true)).key(Key::One("?")),
        Action::new("Go to my conversations", "Pages", go(view(InboxView::Mine))).key(Key::Then("g", "m")),
        Action::new("Go to unassigned", "Pages", go(view(InboxView::Unassigned))).key(Key::Then("g", "u")),
        Action::new("Go to all open conversations", "Pages", go(view(InboxView::All)))
            .key(Key::Then("g", "a")),
        Action::new("Go to snoozed", "Pages", go(view(InboxView::Snoozed))).key(Key::Then("g", "z")),
        Action::new("Go to closed", "Pages", go(view(InboxView::Closed))).key(Key::Then("g", "c")),
        Action::new("Go to settings", "Pages", move || router.go(settings_home(session)))
            .key(Key::Then("g", "s")),
        Action::new("Go to channels", "Pages", go(Route::Settings(SettingsPage::Channels))).when(admin),
        Action::new("Go to members", "Pages", go(Route::Settings(SettingsPage::Members))).when(admin),
        Action::new("Go to the workspace's settings", "Pages", go(Route::Settings(SettingsPage::Workspace))),
        Action::new("Go to deliveries", "Pages", go(Route::Settings(SettingsPage::Deliveries))).when(admin),
        Action::new("Go to the audit log", "Pages", go(Route::Settings(SettingsPage::Audit))).when(admin),
        Action::new("Go to your profile", "Pages", go(Route::Settings(SettingsPage::Profile))),
        Action::new("Use the light theme", "Appearance", move || preferences.set_theme(Theme::Light)),
        Action::new("Use the dark theme", "Appearance", move || preferences.set_theme(Theme::Dark)),
        Action::new("Follow the system's theme", "Appearance", move || preferences.set_theme(Theme::System)),
        Action::new("Sign out", "Account", sign_out),
    ]);
}

#[component]
fn Rail(palette: RwSignal<bool>) -> impl IntoView {
    let (router, session) = (use_router(), use_session());
    let in_inbox = Signal::derive(move || matches!(router.route(), Route::Inbox { .. }));
    let in_settings = Signal::derive(move || matches!(router.route(), Route::Settings(_)));
    view! {
        <nav class="rail" aria-label="Main">
            <WorkspaceMenu/>
            <RailLink label="Inbox" icon=Shape::Inbox route=Route::HOME current=in_inbox key=Key::Then("g", "m")/>
            <RailLink
                label="Settings"
                icon=Shape::Settings
                route=settings_home(session)
                current=in_settings
                key=Key::Then("g", "s")
            />
            <PhonesLink/>
            <div class="rail__space"></div>
            <IconButton
                icon=Shape::Command
                label="Command palette"
                key=Key::Mod("k")
                tip="beside"
                on_press=move |_| palette.set(true)
            />
            <ThemeMenu/>
            <ProfileMenu/>
        </nav>
    }
}

/// The page on which a demo's customers are played, in a tab of its own.
#[component]
fn PhonesLink() -> impl IntoView {
    let session = use_session();
    let url = Memo::new(move |_| session.viewer().and_then(|viewer| viewer.workspace.demo_phones_url));
    move || {
        url.get().map(|url| view! {
            <a class="icon-button" href=url target="switchboard-phones" rel="noopener" aria-label="Phones of the demo">
                <Icon icon=Shape::Smartphone size=20/>
                <crate::components::Tip label="Play the customers on their phones" key=None place="beside"/>
            </a>
        })
    }
}

#[component]
fn RailLink(
    label: &'static str,
    icon: Shape,
    route: Route,
    current: Signal<bool>,
    key: Key,
) -> impl IntoView {
    view! {
        <a
            class="icon-button"
            href=route.href()
            aria-label=label
            aria-current=move || current.get().then_some("page")
        >
            <Icon icon=icon size=20/>
            <crate::components::Tip label=label key=Some(key) place="beside"/>
        </a>
    }
}

/// The workspace at the top, and the way to another one.
#[component]
fn WorkspaceMenu() -> impl IntoView {
    let (session, router, toasts) = (use_session(), use_router(), use_toasts());
    let name =
        Signal::derive(move || session.viewer().map(|viewer| viewer.workspace.name).unwrap_or_default());
    let label = Signal::derive(move || format!("Workspace: {}", name.get()));
    let letter = move || {
        let first = name.get().chars().find(|letter| letter.is_alphanumeric());
        first.map(|letter| letter.to_uppercase().to_string()).unwrap_or_default()
    };
    let switch = move |id| {
        spawn_local(async move {
            if let Err(failure) = session.switch_workspace(id).await {
                toasts.failed(&failure);
            }
        });
    };
    let memberships = move || session.viewer().map(|viewer| viewer.memberships).unwrap_or_default();
    view! {
        <Menu
            label=label
            place="beside-top"
            tip="beside"
            class="icon-button rail__workspace"
            trigger=move || view! { <span class="rail__letter" data-letter=letter></span> }
        >
            <p class="menu__heading">"Workspaces"</p>
            {memberships().into_iter().map(|membership| {
                let (id, current) = (membership.workspace.id, membership.current);
                view! {
                    <MenuItem
                        chosen=Signal::stored(current)
                        on_press=move |()| if !current { switch(id) }
                    >
                        {membership.workspace.name}
                    </MenuItem>
                }
            }).collect_view()}
            <div class="menu__line" role="separator"></div>
            <MenuItem icon=Shape::Plus on_press=move |()| router.go(Route::Settings(SettingsPage::Workspace))>
                "New workspace…"
            </MenuItem>
        </Menu>
    }
}

#[component]
fn ThemeMenu() -> impl IntoView {
    let preferences = use_preferences();
    let shape = move || match preferences.theme() {
        Theme::System => Shape::Monitor,
        Theme::Light => Shape::Sun,
        Theme::Dark => Shape::Moon,
    };
    let names = [(Theme::System, "System"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    view! {
        <Menu
            label="Theme"
            place="beside"
            tip="beside"
            trigger=move || view! { {move || view! { <Icon icon=shape() size=20/> }} }
        >
            {names.into_iter().map(|(theme, name)| view! {
                <MenuItem
                    chosen=Signal::derive(move || preferences.theme() == theme)
                    on_press=move |()| preferences.set_theme(theme)
                >
                    {name}
                </MenuItem>
            }).collect_view()}
        </Menu>
    }
}

/// Who is signed in, and the way out.
#[component]
fn ProfileMenu() -> impl IntoView {
    let (session, router, toasts) = (use_session(), use_router(), use_toasts());
    let name = Signal::derive(move || session.viewer().map(|viewer| viewer.user.name).unwrap_or_default());
    let email = move || session.viewer().map(|viewer| viewer.user.email).unwrap_or_default();
    let label = Signal::derive(move || format!("Signed in as {}", name.get()));
    let sign_out = move |()| {
        spawn_local(async move {
            if let Err(failure) = session.sign_out().await {
                toasts.failed(&failure);
            }
        });
    };
    view! {
        <Menu
            label=label
            place="beside"
            tip="beside"
            class="icon-button rail__profile"
            trigger=move || view! { <Avatar name=name/> }
        >
            <p class="menu__heading">{move || name.get()}<span>{email}</span></p>
            <MenuItem icon=Shape::User on_press=move |()| router.go(Route::Settings(SettingsPage::Profile))>
                "Your profile"
            </MenuItem>
            <MenuItem icon=Shape::LogOut on_press=sign_out>"Sign out"</MenuItem>
        </Menu>
    }
}

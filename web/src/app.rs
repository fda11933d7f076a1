//! The app as a whole: contexts, who may see what, which page stands where.

pub mod actions;
mod banner;
mod confirm_password;
pub mod preferences;
pub mod route;
pub mod router;
pub mod session;
mod shell;

use leptos::prelude::*;

use crate::components::time::provide_now;
use crate::components::{ErrorNote, ToastRegion, provide_toasts};
use crate::pages;
use confirm_password::ConfirmPassword;
use route::{Route, SettingsPage};
use router::Router;
use session::{Session, State};
use shell::Shell;

/// What stands on the screen. Changes between two routes of one section do not rebuild the page.
#[derive(Clone, PartialEq)]
enum Section {
    Starting,
    NotStarted,
    Public(Route),
    Inbox,
    Settings,
    Missing,
}

/// The root component.
#[component]
pub fn App() -> impl IntoView {
    preferences::provide_preferences();
    provide_toasts();
    provide_now();
    let router = Router::provide();
    let session = Session::provide(router);
    actions::provide_actions();

    let section = Memo::new(move |_| match session.state.get() {
        State::Starting => Section::Starting,
        State::NotStarted(_) => Section::NotStarted,
        State::SignedOut(_) => Section::Public(router.route()),
        State::SignedIn(_) => match router.route() {
            Route::Inbox { .. } => Section::Inbox,
            Route::Settings(_) => Section::Settings,
            Route::Missing => Section::Missing,
            public => Section::Public(public),
        },
    });
    // Another workspace is another world: everything below starts anew.
    let workspace = Memo::new(move |_| session.viewer().map(|viewer| viewer.workspace.id));

    let page = move || {
        workspace.track();
        match section.get() {
            Section::Starting => view! { <Starting/> }.into_any(),
            Section::NotStarted => {
                let failure = Signal::derive(move || match session.state.get() {
                    State::NotStarted(failure) => Some(failure),
                    _ => None,
                });
                let retry = Callback::new(move |()| session.start());
                view! { <main class="starting"><ErrorNote failure=failure retry=retry/></main> }.into_any()
            }
            Section::Public(route) => pages::PUBLIC.show(move |open| open(route.clone())),
            Section::Inbox => view! { <Shell><pages::inbox::InboxPage/></Shell> }.into_any(),
            Section::Settings => {
                view! { <Shell>{pages::settings::SETTINGS.show(|open| open())}</Shell> }.into_any()
            }
            Section::Missing => view! { <Shell><pages::missing::MissingPage/></Shell> }.into_any(),
        }
    };
    view! {
        {page}
        <ConfirmPassword/>
        <ToastRegion/>
    }
}

/// The board's outline while the first answer is on its way.
#[component]
fn Starting() -> impl IntoView {
    view! {
        <main class="starting" aria-busy="true">
            <p class="visually-hidden" role="status">"Loading Switchboard…"</p>
        </main>
    }
}

/// The settings page that is open; channels when another section is.
pub fn settings_page(router: Router) -> SettingsPage {
    match router.route() {
        Route::Settings(page) => page,
        _ => SettingsPage::Channels,
    }
}

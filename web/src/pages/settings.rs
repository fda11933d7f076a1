//! Settings: a list at the left, one page of at most 720 pixels beside it.

mod audit;
mod channel;
mod channels;
mod deliveries;
mod members;
mod profile;
mod workspace;

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::Role;

use crate::api::Failure;
use crate::app::route::{Route, SettingsPage};
use crate::app::router::{use_router, use_title};
use crate::app::session::use_session;
use crate::app::settings_page;
use crate::components::icon::Icon as Shape;
use crate::components::{EmptyState, Icon, Part as CodePart};
pub use deliveries::Detail as DeliveryDetail;

/// The settings pages.
pub static SETTINGS: CodePart<fn() -> AnyView> = CodePart::page(
    || Box::pin(code()),
    |inside| {
        view! { <main class="settings__page"><div class="settings__content">{inside}</div></main> }.into_any()
    },
);

#[wasm_split(settings, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<fn() -> AnyView, Failure> {
    Ok(|| view! { <SettingsPages/> }.into_any())
}

/// A line of the list at the left.
struct Entry {
    page: SettingsPage,
    name: &'static str,
    icon: Shape,
    needs: Role,
}

const ENTRIES: [Entry; 6] = [
    Entry { page: SettingsPage::Channels, name: "Channels", icon: Shape::MessageSquare, needs: Role::Admin },
    Entry { page: SettingsPage::Members, name: "Members", icon: Shape::Users, needs: Role::Admin },
    Entry { page: SettingsPage::Workspace, name: "Workspace", icon: Shape::Building, needs: Role::Agent },
    Entry { page: SettingsPage::Audit, name: "Audit log", icon: Shape::ScrollText, needs: Role::Admin },
    Entry {
        page: SettingsPage::Deliveries,
        name: "Deliveries",
        icon: Shape::ArrowDownToLine,
        needs: Role::Admin,
    },
    Entry { page: SettingsPage::Profile, name: "Your profile", icon: Shape::User, needs: Role::Agent },
];

/// The entry that stands for a page.
fn entry(page: SettingsPage) -> Option<&'static Entry> {
    let page = match page {
        SettingsPage::Channel(_) | SettingsPage::Connect => SettingsPage::Channels,
        SettingsPage::DeliveriesOf(_) => SettingsPage::Deliveries,
        page => page,
    };
    ENTRIES.iter().find(|entry| entry.page == page)
}

/// The settings page that the address names.
#[component]
fn SettingsPages() -> impl IntoView {
    let (router, session) = (use_router(), use_session());
    let page = Memo::new(move |_| settings_page(router));
    let allows = move |needs: Role| session.viewer().is_some_and(|viewer| viewer.is_at_least(needs));
    use_title(move || entry(page.get()).map(|entry| entry.name).unwrap_or("Settings").to_owned());
    let content = move || {
        let page = page.get();
        if entry(page).is_some_and(|entry| !allows(entry.needs)) {
            return view! { <NotAllowed/> }.into_any();
        }
        match page {
            SettingsPage::Channels => view! { <channels::ChannelsPage/> }.into_any(),
            SettingsPage::Channel(id) => view! { <channel::ChannelPage id=id/> }.into_any(),
            SettingsPage::Connect => view! { <channels::ConnectPage/> }.into_any(),
            SettingsPage::Members => view! { <members::MembersPage/> }.into_any(),
            SettingsPage::Workspace => view! { <workspace::WorkspacePage/> }.into_any(),
            SettingsPage::Audit => view! { <audit::AuditPage/> }.into_any(),
            SettingsPage::Deliveries => view! { <deliveries::DeliveriesPage channel=None/> }.into_any(),
            SettingsPage::DeliveriesOf(id) => {
                view! { <deliveries::DeliveriesPage channel=Some(id)/> }.into_any()
            }
            SettingsPage::Profile => view! { <profile::ProfilePage/> }.into_any(),
        }
    };
    // On a phone the list is one line that scrolls sideways.
    Effect::new(move |_| {
        page.track();
        request_animation_frame(|| {
            if let Ok(Some(link)) = document().query_selector(".settings__link[aria-current]") {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                options.set_inline(web_sys::ScrollLogicalPosition::Center);
                link.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    });
    view! {
        <div class="settings">
            <nav class="settings__list" aria-label="Settings">
                <p class="settings__heading" aria-hidden="true">"Settings"</p>
                <ul>
                    {move || ENTRIES.iter().filter(|entry| allows(entry.needs)).map(|own| {
                        let current = move || entry(page.get()).is_some_and(|entry| entry.page == own.page);
                        view! {
                            <li>
                                <a
                                    class="settings__link"
                                    href=Route::Settings(own.page).href()
                                    aria-current=move || current().then_some("page")
                                >
                                    <Icon icon=own.icon/>
                                    {own.name}
                                </a>
                            </li>
                        }
                    }).collect_view()}
                </ul>
            </nav>
            <main class="settings__page"><div class="settings__content">{content}</div></main>
        </div>
    }
}

#[component]
fn NotAllowed() -> impl IntoView {
    view! {
        <h1 class="visually-hidden" tabindex="-1">"Settings"</h1>
        <EmptyState title="For admins" text="Your role does not include this page. An admin of the workspace can open it, or give you the role."/>
    }
}

/// A page's title, a sentence about it, and what can be done with the whole of it.
#[component]
fn Head(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="settings__head">
            <div>
                <h1 tabindex="-1">{move || title.get()}</h1>
                <p>{text}</p>
            </div>
            {children.map(|children| view! { <div class="settings__do">{children()}</div> })}
        </header>
    }
}

/// A titled part of a page.
#[component]
fn Part(
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="part">
            <header class="part__head">
                <h2>{title}</h2>
                {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            </header>
            <div class="part__body">{children()}</div>
        </section>
    }
}

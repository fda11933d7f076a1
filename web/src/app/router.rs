//! Keeps the address and the app in step.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, HtmlElement, MouseEvent};

use super::route::Route;

/// Where the app is, and how to go elsewhere. From [`use_router`].
#[derive(Clone, Copy)]
pub struct Router {
    route: RwSignal<Route>,
}

/// The app's router.
pub fn use_router() -> Router {
    expect_context::<Router>()
}

impl Router {
    /// Reads the address, and follows the browser's buttons and clicks on links to our own pages.
    pub(super) fn provide() -> Self {
        let router = Self { route: RwSignal::new(here()) };
        provide_context(router);
        window_event_listener(ev::popstate, move |_| router.set(here()));
        window_event_listener(ev::click, move |event| router.follow(&event));
        router
    }

    /// The current route; tracked.
    pub fn route(self) -> Route {
        self.route.get()
    }

    /// The current route, not tracked.
    pub fn route_untracked(self) -> Route {
        self.route.get_untracked()
    }

    /// Goes to a page, leaving the present one in the history.
    pub fn go(self, route: Route) {
        if self.route_untracked() != route {
            let _ = history().push_state_with_url(&JsValue::NULL, "", Some(&route.href()));
            self.set(route);
        }
    }

    /// Goes to a page in place of the present one.
    pub fn replace(self, route: Route) {
        let _ = history().replace_state_with_url(&JsValue::NULL, "", Some(&route.href()));
        self.set(route);
    }

    fn set(self, route: Route) {
        let moved = section(&self.route_untracked()) != section(&route);
        if self.route_untracked() != route {
            self.route.set(route);
        }
        if moved {
            request_animation_frame(focus_heading);
        }
    }

    /// Takes over a plain click on a link to one of our pages.
    fn follow(self, event: &MouseEvent) {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|element| element.closest("a[href]").ok().flatten());
        let Some(link) = link.and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok()) else {
            return;
        };
        let ours = location().origin().is_ok_and(|origin| origin == link.origin());
        if !ours || !link.target().is_empty() || link.has_attribute("download") {
            return;
        }
        match Route::read(&link.pathname(), &link.search()) {
            Route::Missing => {}
            route => {
                event.prevent_default();
                self.go(route);
            }
        }
    }
}

/// Pages that are told apart for focus: within one, focus stays where the person put it.
fn section(route: &Route) -> String {
    match route {
        Route::Inbox { .. } => "inbox".to_owned(),
        route => route.href(),
    }
}

/// So that screen readers and the Tab key start at the new page.
pub fn focus_heading() {
    // A field of the new page may have taken it already.
    let taken = document().active_element().is_some_and(|active| active.matches("main *").unwrap_or(false));
    if taken {
        return;
    }
    let heading = document().query_selector("main h1[tabindex]").ok().flatten();
    if let Some(heading) = heading.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = heading.focus();
    }
}

fn here() -> Route {
    let (path, query) = (location().pathname(), location().search());
    Route::read(&path.unwrap_or_default(), &query.unwrap_or_default())
}

fn location() -> web_sys::Location {
    window().location()
}

#[expect(clippy::expect_used, reason = "every browser that runs this has a history")]
fn history() -> web_sys::History {
    window().history().expect("a window has a history")
}

/// Names the page in the tab: `Members · Switchboard`, with a count of who waits when there is one.
pub fn use_title(title: impl Fn() -> String + Send + Sync + 'static) {
    Effect::new(move |_| document().set_title(&format!("{} · Switchboard", title())));
}

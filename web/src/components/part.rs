//! A part of the app whose code is a file of its own: it comes when the part is first opened, or when there is time.
//!
//! Code is divided at functions marked `wasm_split`: all that only such functions lead to goes into the file that
//! the mark names. Here such a function hands out the part's entry, a plain function that can be called ever after.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use super::error_note::ErrorNote;
use crate::api::Failure;
use crate::app::router::focus_heading;

/// A part's code on its way.
pub type Coming<Entry> = Pin<Box<dyn Future<Output = Result<Entry, Failure>>>>;

/// A part of the app, by what its code hands out.
pub struct Part<Entry: 'static> {
    fetch: fn() -> Coming<Entry>,
    entry: OnceLock<Entry>,
    /// Around what stands in a page's place until its code is here.
    page: Option<fn(AnyView) -> AnyView>,
}

impl From<SplitLoaderError> for Failure {
    fn from(_: SplitLoaderError) -> Self {
        Self::NotLoaded
    }
}

impl<Entry: Copy + Send + Sync + 'static> Part<Entry> {
    /// A part whose code `fetch` gets.
    pub const fn new(fetch: fn() -> Coming<Entry>) -> Self {
        Self { fetch, entry: OnceLock::new(), page: None }
    }

    /// One that is a whole page. `around` is put around what stands in its place until its code is here.
    pub const fn page(fetch: fn() -> Coming<Entry>, around: fn(AnyView) -> AnyView) -> Self {
        Self { fetch, entry: OnceLock::new(), page: Some(around) }
    }

    /// Loads the code, unless it is here already.
    pub async fn load(&'static self) -> Result<Entry, Failure> {
        if let Some(entry) = self.entry.get() {
            return Ok(*entry);
        }
        let entry = (self.fetch)().await?;
        Ok(*self.entry.get_or_init(|| entry))
    }

    /// What `draw` makes of the entry: at once if the code is here, else as soon as it is.
    pub fn show(&'static self, draw: impl Fn(Entry) -> AnyView + Send + Sync + 'static) -> AnyView {
        match self.entry.get() {
            Some(entry) => draw(*entry),
            None => self.show_late(draw),
        }
    }

    /// The same, from the first time that it is `wanted`.
    pub fn show_once(
        &'static self,
        wanted: impl Fn() -> bool + Send + Sync + 'static,
        draw: impl Fn(Entry) -> AnyView + Copy + Send + Sync + 'static,
    ) -> AnyView {
        let ever = Memo::new(move |before: Option<&bool>| before == Some(&true) || wanted());
        (move || ever.get().then(|| self.show(draw))).into_any()
    }

    fn show_late(&'static self, draw: impl Fn(Entry) -> AnyView + Send + Sync + 'static) -> AnyView {
        late(
            self.page,
            Arc::new(|| Box::pin(async { self.load().await.map(|_| ()) })),
            Box::new(move || self.entry.get().map(|entry| draw(*entry)).into_any()),
        )
    }
}

/// What stands in a part's place until it is loaded, and then what is drawn. One for all parts: not generic.
fn late(
    page: Option<fn(AnyView) -> AnyView>,
    fetch: Arc<dyn Fn() -> Coming<()> + Send + Sync>,
    draw: Box<dyn Fn() -> AnyView + Send + Sync>,
) -> AnyView {
    let outcome = RwSignal::new(None::<Result<(), Failure>>);
    let load = move || {
        outcome.set(None);
        let coming = fetch();
        spawn_local(async move {
            let loaded = coming.await;
            outcome.try_set(Some(loaded));
            if page.is_some() {
                request_animation_frame(focus_heading);
            }
        });
    };
    load();
    let retry = Callback::new(move |()| load());
    let around = page.unwrap_or(|inside| inside);
    (move || match outcome.get() {
        Some(Ok(())) => draw(),
        None => around(view! { <span class="visually-hidden" role="status">"Loading…"</span> }.into_any()),
        Some(Err(failure)) => {
            around(view! { <ErrorNote failure=Signal::stored(Some(failure)) retry=retry/> }.into_any())
        }
    })
    .into_any()
}

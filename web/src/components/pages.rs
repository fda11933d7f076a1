//! A list that comes a page at a time.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::button::Button;
use super::error_note::ErrorNote;
use crate::api::{Failure, Page};

type Fetch<Row> = Box<dyn Fn(Option<String>) -> Pin<Box<dyn Future<Output = Result<Page<Row>, Failure>>>>>;

/// The rows fetched so far, and how to go on.
pub struct Pages<Row: 'static> {
    rows: RwSignal<Option<Vec<Row>>>,
    next: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    fetch: StoredValue<Fetch<Row>, LocalStorage>,
    /// A restart makes answers to older questions worthless.
    turn: StoredValue<u32>,
}

impl<Row> Clone for Pages<Row> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Row> Copy for Pages<Row> {}

impl<Row: Clone + Send + Sync + 'static> Pages<Row> {
    /// Fetches the first page at once; `fetch` gets the cursor to go on after.
    pub fn new<Fetched: Future<Output = Result<Page<Row>, Failure>> + 'static>(
        fetch: impl Fn(Option<String>) -> Fetched + 'static,
    ) -> Self {
        let pages = Self {
            rows: RwSignal::new(None),
            next: RwSignal::new(None),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            fetch: StoredValue::new_local(Box::new(move |after| Box::pin(fetch(after)) as Pin<Box<_>>)),
            turn: StoredValue::new(0),
        };
        pages.more();
        pages
    }

    /// Begins again, with an empty list.
    pub fn restart(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.busy.set(false);
        self.next.set(None);
        self.rows.set(None);
        self.more();
    }

    /// Fetches the next page, or the same one again when it failed.
    pub fn more(self) {
        if self.busy.get_untracked() {
            return;
        }
        let after = self.next.get_untracked();
        let Some(work) = self.fetch.try_with_value(|fetch| fetch(after)) else { return };
        let turn = self.turn.get_value();
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let outcome = work.await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.busy.set(false);
            match outcome {
                Ok(Page { nodes, page_info }) => {
                    self.next.set(page_info.end_cursor.filter(|_| page_info.has_next_page));
                    self.rows.update(|rows| rows.get_or_insert_default().extend(nodes));
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    /// All rows so far; tracked.
    pub fn rows(self) -> Vec<Row> {
        self.rows.get().unwrap_or_default()
    }

    /// None: nothing has come yet; else whether there is anything at all, as 0 or 1, so that the list is not built
    /// anew with each page. Tracked.
    pub fn first_page(self) -> Option<usize> {
        let any = Memo::new(move |_| self.rows.with(|rows| rows.as_ref().map(|rows| rows.len().min(1))));
        any.get()
    }

    /// Puts another row in the place of each for which `change` has one.
    pub fn replace(self, change: impl Fn(&Row) -> Option<Row>) {
        self.rows.update(|rows| {
            for row in rows.iter_mut().flatten() {
                if let Some(changed) = change(row) {
                    *row = changed;
                }
            }
        });
    }

    /// Why the last page did not come; tracked.
    pub fn failure(self) -> Option<Failure> {
        self.failure.get()
    }
}

/// The way on, or what went wrong on it.
#[component]
pub fn MoreButton<Row: Clone + Send + Sync + 'static>(pages: Pages<Row>) -> impl IntoView {
    let more = Memo::new(move |_| pages.next.get().is_some());
    view! {
        <ErrorNote failure=pages.failure retry=move |()| pages.more()/>
        {move || (more.get() && pages.failure.get().is_none()).then(|| view! {
            <div class="more"><Button busy=pages.busy on_press=move |_| pages.more()>"Show more"</Button></div>
        })}
    }
}

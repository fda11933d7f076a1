//! Something fetched for a page: on its way, here, or failed; to be fetched again.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Failure;

type Fetch<Value> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Value, Failure>>>>>;

/// A value that is fetched. Keeps the last one while it is fetched again.
pub struct Load<Value: 'static> {
    value: RwSignal<Option<Value>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    fetch: StoredValue<Fetch<Value>, LocalStorage>,
    /// Only the newest fetch counts.
    turn: StoredValue<u32>,
}

impl<Value> Clone for Load<Value> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Value> Copy for Load<Value> {}

impl<Value: Clone + Send + Sync + 'static> Load<Value> {
    /// Fetches at once.
    pub fn new<Fetched: Future<Output = Result<Value, Failure>> + 'static>(
        fetch: impl Fn() -> Fetched + 'static,
    ) -> Self {
        let load = Self {
            value: RwSignal::new(None),
            failure: RwSignal::new(None),
            busy: RwSignal::new(false),
            fetch: StoredValue::new_local(Box::new(move || Box::pin(fetch()) as Pin<Box<_>>)),
            turn: StoredValue::new(0),
        };
        load.reload();
        load
    }

    /// Fetches again; what is shown stays until the new one is here.
    pub fn reload(self) {
        let Some(work) = self.fetch.try_with_value(|fetch| fetch()) else { return };
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        self.failure.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let outcome = work.await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.busy.set(false);
            match outcome {
                Ok(value) => self.value.set(Some(value)),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    /// What was fetched; tracked.
    pub fn value(self) -> Option<Value> {
        self.value.get()
    }

    /// Changes what was fetched, after a mutation answered with the new state.
    pub fn update(self, change: impl FnOnce(&mut Value)) {
        self.value.update(|value| {
            if let Some(value) = value {
                change(value);
            }
        });
    }

    /// Why the last fetch failed; tracked.
    pub fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    /// Whether a fetch is on its way; tracked.
    pub fn busy(self) -> bool {
        self.busy.get()
    }
}

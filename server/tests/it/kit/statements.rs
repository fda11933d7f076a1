//! Counting what is asked of the database.

use std::cell::RefCell;
use std::sync::Once;

use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::TestDatabase;

/// Where the database driver logs a line for each statement.
const DRIVER: &str = "sqlx::query";

thread_local! {
    /// What this thread has asked since it began to count.
    static KEPT: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Keeps the driver's lines for threads that count.
struct Keeping;

/// The beginning of a statement.
#[derive(Default)]
struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            self.0 = value.to_owned();
        }
    }
}

impl<S: Subscriber> Layer<S> for Keeping {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        KEPT.with_borrow_mut(|kept| {
            let Some(kept) = kept else { return };
            let mut summary = Summary::default();
            event.record(&mut summary);
            kept.push(summary.0);
        });
    }
}

/// One subscriber for the whole program: each of its own thread's would be asked about a place in the code only as long
/// as another one does not answer for it.
fn subscribe() {
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        let only_driver = filter_fn(|metadata| metadata.target() == DRIVER);
        let subscriber = tracing_subscriber::registry().with(Keeping.with_filter(only_driver));
        tracing::subscriber::set_global_default(subscriber).expect("nobody else subscribes in tests");
    });
}

impl TestDatabase {
    /// The statements that `work` runs, sorted, without those that open transactions: a connection opens one ahead.
    /// Only in a test on one thread: it sees that thread's.
    pub async fn statements<Answer>(&self, work: impl Future<Output = Answer>) -> Vec<String> {
        subscribe();
        KEPT.set(Some(Vec::new()));
        work.await;
        let mut statements = KEPT.take().unwrap_or_default();
        statements.retain(|statement| !statement.starts_with("begin"));
        statements.sort();
        statements
    }
}

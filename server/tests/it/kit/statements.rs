//! Counting what is asked of the database.

use std::sync::{Arc, Mutex};

use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::TestDatabase;

/// Keeps the lines that the database driver logs, one per statement.
struct Keeping(Arc<Mutex<Vec<String>>>);

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
        if event.metadata().target() == "sqlx::query" {
            let mut summary = Summary::default();
            event.record(&mut summary);
            self.0.lock().unwrap().push(summary.0);
        }
    }
}

impl TestDatabase {
    /// The statements that `work` runs, sorted. Only in a test on one thread: it sees that thread's.
    pub async fn statements<Answer>(&self, work: impl Future<Output = Answer>) -> Vec<String> {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::registry().with(Keeping(Arc::clone(&kept)));
        let guard = tracing::subscriber::set_default(subscriber);
        work.await;
        drop(guard);
        let mut statements = std::mem::take(&mut *kept.lock().unwrap());
        statements.sort();
        statements
    }
}

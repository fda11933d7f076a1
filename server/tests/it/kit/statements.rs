//! Counting what is asked of the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::Subscriber;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::TestDatabase;

/// Counts the lines that the database driver logs, one per statement.
struct Counting(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl TestDatabase {
    /// How many statements `work` runs. Only in a test on one thread: it counts that thread's.
    pub async fn statements<Answer>(&self, work: impl Future<Output = Answer>) -> usize {
        let count = Arc::new(AtomicUsize::new(0));
        let subscriber = tracing_subscriber::registry().with(Counting(Arc::clone(&count)));
        let guard = tracing::subscriber::set_default(subscriber);
        work.await;
        drop(guard);
        count.load(Ordering::Relaxed)
    }
}

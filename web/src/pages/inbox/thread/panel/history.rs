//! What a message said before it was edited.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::MessageId;

use crate::api::Failure;
use crate::api::messages::Revision;
use crate::components::{Skeleton, time};
use crate::pages::inbox::board::revisions;

/// Earlier texts, newest first.
#[component]
pub fn History(id: MessageId) -> impl IntoView {
    let answer = RwSignal::new(None::<Result<Vec<Revision>, Failure>>);
    spawn_local(async move {
        let got = revisions(id).await;
        answer.try_set(Some(got));
    });
    let inside = move || match answer.get() {
        None => view! { <Skeleton rows=2/> }.into_any(),
        Some(Err(failure)) => view! { <p role="alert">{failure.sentence()}</p> }.into_any(),
        Some(Ok(all)) if all.is_empty() => {
            view! { <p>"What it said before is not known: it was edited before it came here."</p> }.into_any()
        }
        Some(Ok(all)) => {
            let before = all.into_iter().map(|one| {
                view! {
                    <li>
                        <p class="history__text" dir="auto">{one.text}</p>
                        <p class="history__time">{format!("until {}", time::day_and_clock(one.replaced_at))}</p>
                    </li>
                }
            });
            view! { <ul>{before.collect_view()}</ul> }.into_any()
        }
    };
    view! { <div class="history"><h3>"Before"</h3>{inside}</div> }
}

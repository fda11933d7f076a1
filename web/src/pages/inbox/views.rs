//! The first column: which list, with how many in each.

use leptos::prelude::*;

use super::use_desk;
use crate::app::route::{InboxView, Route};
use crate::components::icon::Icon as Shape;
use crate::components::{ChannelMark, Icon, IconButton, Lamp};

/// What a view is called.
pub fn name(view: InboxView) -> &'static str {
    match view {
        InboxView::Mine => "Mine",
        InboxView::Unassigned => "Unassigned",
        InboxView::All => "All open",
        InboxView::Snoozed => "Snoozed",
        InboxView::Closed => "Closed",
        InboxView::Channel(_) => "Channel",
    }
}

/// Views and channels. Where there is no room beside the list, it lies over it until something is chosen.
#[component]
pub fn ViewsColumn() -> impl IntoView {
    let desk = use_desk();
    let link = move |view: InboxView, mark: AnyView, label: String| {
        let count = move || desk.board.count(view).map(short_count);
        let waits = Memo::new(move |_| desk.board.someone_waits(view));
        view! {
            <li>
                <a
                    class="views__link"
                    href=Route::Inbox { view, conversation: None }.href()
                    aria-current=move || (desk.view.get() == view).then_some("page")
                    on:click=move |_| desk.views_shown.set(false)
                >
                    {mark}
                    <span class="views__name">{label}</span>
                    {move || waits.get().then(|| view! { <Lamp lit=Signal::stored(true)/> })}
                    <span class="views__count" class:views__count--waiting=move || waits.get()>{count}</span>
                </a>
            </li>
        }
    };
    let icon = |shape: Shape| view! { <Icon icon=shape/> }.into_any();
    let channels = move || {
        let channels = desk.board.channels();
        let links = channels.into_iter().map(|channel| {
            let mark = view! { <ChannelMark kind=channel.kind/> }.into_any();
            link(InboxView::Channel(channel.id), mark, channel.name)
        });
        links.collect_view()
    };
    view! {
        <div
            class="views-scrim"
            class:views-scrim--shown=move || desk.views_shown.get()
            on:click=move |_| desk.views_shown.set(false)
        ></div>
        <nav class="views" class:views--shown=move || desk.views_shown.get() aria-label="Views">
            <div class="views__close">
                <IconButton icon=Shape::X label="Close the views" on_press=move |_| desk.views_shown.set(false)/>
            </div>
            <ul>
                {link(InboxView::Mine, icon(Shape::User), name(InboxView::Mine).to_owned())}
                {link(InboxView::Unassigned, icon(Shape::Users), name(InboxView::Unassigned).to_owned())}
                {link(InboxView::All, icon(Shape::Inbox), name(InboxView::All).to_owned())}
                {link(InboxView::Snoozed, icon(Shape::AlarmClock), name(InboxView::Snoozed).to_owned())}
                {link(InboxView::Closed, icon(Shape::CircleCheck), name(InboxView::Closed).to_owned())}
            </ul>
            <h2 class="views__heading">"Channels"</h2>
            <ul>{channels}</ul>
        </nav>
    }
}

/// `9`, `1,204`, `34k`: never wider than the column.
fn short_count(count: i64) -> String {
    match count {
        ..1_000 => count.to_string(),
        1_000..10_000 => format!("{},{:03}", count / 1_000, count % 1_000),
        _ => format!("{}k", count / 1_000),
    }
}

//! Moving pictures: videos, and the short ones that play by themselves.

use leptos::html;
use leptos::prelude::*;
use shared::{AttachmentKind, AttachmentState};

use super::picture::{UNKNOWN_PX, place, waiting};
use super::waveform::clock;
use super::{Held, name};
use crate::api::messages::Attachment;
use crate::components::Icon;
use crate::components::icon::Icon as Shape;

/// A video with the browser's own controls.
pub(super) fn video(file: &Attachment, held: Held) -> AnyView {
    let place = place(file, held).unwrap_or(UNKNOWN_PX);
    if file.state == AttachmentState::Fetching {
        return waiting(file.kind, place);
    }
    view! {
        <video
            class="attachment attachment--video"
            controls=true
            playsinline=true
            preload=if file.thumbnail_url.is_some() { "none" } else { "metadata" }
            poster=file.thumbnail_url.clone()
            src=file.url.clone()
            title=file.name.clone()
            width=place.0
            height=place.1
        ></video>
    }
    .into_any()
}

/// A GIF, a round video, a sticker.
pub(super) fn moving(file: &Attachment) -> AnyView {
    let class = match file.kind {
        AttachmentKind::VideoNote => "clip clip--round",
        AttachmentKind::Sticker => "clip clip--sticker",
        _ => "clip",
    };
    if file.state == AttachmentState::Fetching {
        let label = format!("{} on its way", name(file.kind));
        return view! { <div class=format!("{class} skeleton__bar") role="img" aria-busy="true" aria-label=label></div> }
            .into_any();
    }
    if file.content_type.starts_with("video/") {
        return view! { <Clip file=file.clone() class=class/> }.into_any();
    }
    let still = match file.content_type.starts_with("image/") {
        true => Some(file.url.clone()),
        false => file.thumbnail_url.clone(),
    };
    match still {
        Some(src) => {
            view! { <img class=class src=src alt=name(file.kind) loading="lazy" width=file.width height=file.height/> }
                .into_any()
        }
        // An animated sticker in a format no browser knows.
        None => view! {
            <a class=format!("{class} clip--file") href=file.url.clone() download=file.name.clone()>
                <Icon icon=Shape::Smile size=20/>{name(file.kind)}
            </a>
        }
        .into_any(),
    }
}

/// Plays at a press. What has no sound plays by itself, unless the reader wants less motion.
#[component]
fn Clip(file: Attachment, class: &'static str) -> impl IntoView {
    let has_sound = file.kind == AttachmentKind::VideoNote;
    let playing = RwSignal::new(false);
    let video = NodeRef::<html::Video>::new();
    Effect::new(move |_| {
        if let Some(video) = video.get()
            && !has_sound
        {
            video.set_muted(true);
            let still = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
            if !still.is_some_and(|still| still.matches()) {
                let _ = video.play();
            }
        }
    });
    let press = move |_| {
        let Some(video) = video.get_untracked() else { return };
        if video.paused() {
            super::player::hush();
            let _ = video.play();
        } else {
            let _ = video.pause();
        }
    };
    let what = name(file.kind);
    let mark = match file.duration_ms {
        Some(ms) if has_sound => clock(ms),
        _ if has_sound => String::new(),
        _ => "GIF".to_owned(),
    };
    let ending = format!("the {what} {mark}");
    view! {
        <button
            type="button"
            class=class
            class:clip--playing=move || playing.get()
            aria-label=move || format!("{} {ending}", if playing.get() { "Stop" } else { "Play" })
            on:click=press
        >
            <video
                node_ref=video
                src=file.url
                poster=file.thumbnail_url
                loop=!has_sound
                playsinline=true
                preload="metadata"
                width=file.width
                height=file.height
                on:play=move |_| playing.set(true)
                on:pause=move |_| playing.set(false)
            ></video>
            <span class="clip__mark"><Icon icon=Shape::Play/>{mark}</span>
        </button>
    }
}

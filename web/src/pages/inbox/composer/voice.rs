//! A voice note, recorded in the browser: heard once more before it is sent, as any file.

use std::cell::RefCell;
use std::time::Duration;

use js_sys::Array;
use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ConversationId;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    BlobEvent, File, FilePropertyBag, KeyboardEvent, MediaRecorder, MediaRecorderOptions, MediaStream,
    MediaStreamConstraints, MediaStreamTrack,
};

use crate::api::Failure;
use crate::components::icon::Icon as Shape;
use crate::components::{IconButton, use_toasts};
use crate::pages::inbox::{Desk, use_desk};
use crate::state::answering::time_left;

/// What the server makes voice notes of, the best first, with the ending of its file.
const TYPES: [(&str, &str); 2] = [("audio/ogg;codecs=opus", "ogg"), ("audio/webm;codecs=opus", "webm")];
/// Clear speech.
const BITS_PER_SECOND: u32 = 32_000;

thread_local! {
    /// The one recording that runs.
    static RUNNING: RefCell<Option<Recording>> = const { RefCell::new(None) };
}

struct Recording {
    recorder: MediaRecorder,
    stream: MediaStream,
}

/// The microphone's button; while it records, the time, and what to do with it.
#[component]
pub fn Voice(id: ConversationId) -> impl IntoView {
    let (desk, toasts) = (use_desk(), use_toasts());
    let recordable = TYPES.into_iter().find(|(kind, _)| MediaRecorder::is_type_supported(kind));
    // The seconds so far.
    let seconds = RwSignal::new(None::<i64>);
    let recording = Memo::new(move |_| seconds.get().is_some());
    let ticking = StoredValue::new_local(None::<IntervalHandle>);
    let stop = move |keep: bool| {
        end(keep);
        if seconds.try_set(None).is_none() {
            desk.compose(desk.mode.get_untracked());
        }
        if let Some(Some(ticking)) = ticking.try_update_value(Option::take) {
            ticking.clear();
        }
    };
    on_cleanup(move || {
        if seconds.try_get_untracked().flatten().is_some() {
            stop(false);
        }
    });
    let start = move |kind: (&'static str, &'static str)| {
        spawn_local(async move {
            if begin(desk, id, kind).await.is_err() {
                let words =
                    "The microphone cannot be used. Allow it for this page in the browser's settings.";
                return toasts.failed(&Failure::Invalid(words.to_owned()));
            }
            if seconds.try_set(Some(0)).is_some() {
                // The composer is gone by now.
                return end(false);
            }
            let tick = move || {
                seconds.try_update(|seconds| *seconds = seconds.map(|seconds| seconds + 1));
            };
            ticking.set_value(set_interval_with_handle(tick, Duration::from_secs(1)).ok());
        });
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            stop(false);
        }
    };
    recordable.map(|kind| {
        view! {
            {move || match recording.get() {
                false => view! {
                    <IconButton icon=Shape::Mic label="Record a voice note" tip="above" on_press=move |_| start(kind)/>
                }
                .into_any(),
                true => view! {
                    <div class="voice" on:keydown=on_key>
                        <span class="voice__time" role="timer">
                            {move || time_left(seconds.get().unwrap_or_default() * 1000)}
                        </span>
                        <IconButton icon=Shape::X label="Throw the recording away" tip="above" on_press=move |_| stop(false)/>
                        <IconButton icon=Shape::Check label="End the recording" tip="above" on_press=move |_| stop(true)/>
                    </div>
                }
                .into_any(),
            }}
        }
    })
}

/// Asks for the microphone and records; what comes of it is attached when it is ended to be kept.
async fn begin(desk: Desk, id: ConversationId, (kind, ending): (&str, &str)) -> Result<(), JsValue> {
    let wanted = MediaStreamConstraints::new();
    wanted.set_audio(&JsValue::TRUE);
    let devices = window().navigator().media_devices()?;
    let stream = JsFuture::from(devices.get_user_media_with_constraints(&wanted)?).await?;
    let stream: MediaStream = stream.unchecked_into();
    let options = MediaRecorderOptions::new();
    options.set_mime_type(kind);
    options.set_audio_bits_per_second(BITS_PER_SECOND);
    let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options)?;
    let (kind, name) = (kind.to_owned(), format!("Voice note.{ending}"));
    let ready = Closure::once_into_js(move |event: BlobEvent| {
        let Some(sound) = event.data() else { return };
        let properties = FilePropertyBag::new();
        properties.set_type(&kind);
        let parts = Array::of1(&sound);
        if let Ok(file) = File::new_with_blob_sequence_and_options(&parts, &name, &properties) {
            desk.board.attach(id, desk.mode.get_untracked(), &file, true);
        }
    });
    // All of it comes at once, at the end.
    recorder.set_ondataavailable(Some(ready.unchecked_ref()));
    recorder.start()?;
    RUNNING.set(Some(Recording { recorder, stream }));
    Ok(())
}

fn end(keep: bool) {
    let Some(Recording { recorder, stream }) = RUNNING.take() else { return };
    if !keep {
        recorder.set_ondataavailable(None);
    }
    let _ = recorder.stop();
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

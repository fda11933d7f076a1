//! A short, quiet chime, made by the browser itself.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{AudioContext, OscillatorNode, OscillatorType};

/// The two notes, in Hz, and when each begins, in seconds.
const NOTES: [(f32, f64); 2] = [(660.0, 0.0), (880.0, 0.12)];
/// How long a note takes to fade.
const FADE_S: f64 = 0.35;

/// Plays it. Browsers stay silent until the person has clicked or typed once; that is no error.
pub fn chime() {
    let Ok(context) = AudioContext::new() else { return };
    let mut last = None;
    for (hertz, after) in NOTES {
        last = note(&context, hertz, context.current_time() + after).ok();
    }
    // Browsers allow only a few at a time.
    if let Some(last) = last {
        let close = Closure::once_into_js(move || {
            let _ = context.close();
        });
        last.set_onended(Some(close.unchecked_ref()));
    }
}

fn note(context: &AudioContext, hertz: f32, at: f64) -> Result<OscillatorNode, wasm_bindgen::JsValue> {
    let (tone, volume) = (context.create_oscillator()?, context.create_gain()?);
    tone.set_type(OscillatorType::Sine);
    tone.frequency().set_value(hertz);
    volume.gain().set_value_at_time(0.08, at)?;
    volume.gain().exponential_ramp_to_value_at_time(0.0001, at + FADE_S)?;
    tone.connect_with_audio_node(&volume)?;
    volume.connect_with_audio_node(&context.destination())?;
    tone.start_with_when(at)?;
    tone.stop_with_when(at + FADE_S)?;
    Ok(tone)
}

//! Listening to a voice note: how long it is, and how loud over time.

use std::time::{Duration, Instant};

use bytes::Bytes;
use opus_decoder::OpusDecoder;

use super::ogg::{OpusFile, RATE, samples_in};
use super::storage::DECODERS;

/// Steps of a waveform.
pub(super) const STEPS: usize = 64;
/// Largest file that is listened to.
pub(super) const BYTES_MAX: u64 = 32 * 1024 * 1024;
/// How long listening may take; a longer recording is shown without a waveform.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Loudness needs no more samples a second than this.
const DECODED_RATE: u32 = 8_000;

/// What is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sound {
    pub duration_ms: i64,
    /// Loudness in steps of equal length, the loudest 255; all 0 for silence.
    pub waveform: Option<Vec<u8>>,
}

/// Listens to Opus in Ogg; `None` for anything else. Apart from the async workers.
pub(super) async fn listen(content: Bytes) -> Option<Sound> {
    let permit = DECODERS.acquire().await.ok()?;
    let listening = tokio::task::spawn_blocking(move || {
        let sound = hear(&content, TIME_MAX);
        drop(permit);
        sound
    });
    match listening.await {
        Ok(sound) => sound,
        Err(error) => {
            tracing::warn!(%error, "a voice note could not be listened to");
            None
        }
    }
}

fn hear(content: &[u8], time_max: Duration) -> Option<Sound> {
    let file = OpusFile::read(content)?;
    let samples = file.samples();
    let duration_ms = i64::try_from(samples.saturating_mul(1000) / RATE).ok()?;
    let waveform = if file.head.is_plain { loudness(&file, samples, time_max) } else { None };
    Some(Sound { duration_ms, waveform })
}

/// `None` when it cannot be decoded, or not in time.
fn loudness(file: &OpusFile, samples: u64, time_max: Duration) -> Option<Vec<u8>> {
    let began = Instant::now();
    let mut decoder = OpusDecoder::new(DECODED_RATE, 1).ok()?;
    let mut decoded = vec![0_i16; decoder.max_frame_size_per_channel()];
    let mut energy = [0_f64; STEPS];
    let mut counts = [0_u64; STEPS];
    let mut at: u64 = 0; // in the file's own samples
    let mut understood = false;
    for packet in &file.packets {
        if began.elapsed() > time_max {
            return None;
        }
        let length = samples_in(packet);
        if let Ok(count) = decoder.decode(packet, &mut decoded, false) {
            understood = true;
            for (n, sample) in decoded.iter().take(count).enumerate() {
                let time = at.saturating_add(n as u64 * RATE / u64::from(DECODED_RATE));
                let Some(time) = time.checked_sub(file.head.pre_skip) else { continue };
                let step = usize::try_from(time.saturating_mul(STEPS as u64) / samples.max(1)).ok()?;
                let (Some(energy), Some(count)) = (energy.get_mut(step), counts.get_mut(step)) else { break };
                *energy += f64::from(*sample) * f64::from(*sample);
                *count += 1;
            }
        }
        at = at.saturating_add(length);
    }
    understood.then(|| shape(&energy, &counts))
}

/// Root mean squares, the loudest 255. Quiet speech is lifted a little, as ears do.
fn shape(energy: &[f64], counts: &[u64]) -> Vec<u8> {
    let mean =
        |(energy, count): (&f64, &u64)| if *count == 0 { 0.0 } else { (energy / *count as f64).sqrt() };
    let loudness: Vec<f64> = energy.iter().zip(counts).map(mean).collect();
    let loudest = loudness.iter().copied().fold(0.0, f64::max);
    if loudest < 1.0 {
        return vec![0; loudness.len()];
    }
    loudness.iter().map(|loudness| ((loudness / loudest).sqrt() * 255.0).round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOICE: &[u8] = include_bytes!("../../../channels/simulator/assets/voice.ogg");

    #[test]
    fn a_voice_note_has_a_length_and_a_shape() {
        let sound = hear(VOICE, TIME_MAX).unwrap();
        assert!((500..60_000).contains(&sound.duration_ms), "{sound:?}");
        let waveform = sound.waveform.unwrap();
        assert_eq!(waveform.len(), STEPS);
        assert_eq!(waveform.iter().max(), Some(&255));
        let distinct: std::collections::BTreeSet<_> = waveform.iter().collect();
        assert!(distinct.len() > 4, "it is not a wall: {waveform:?}");
    }

    #[test]
    fn without_time_the_length_is_still_known() {
        let sound = hear(VOICE, Duration::ZERO).unwrap();
        assert!(sound.duration_ms > 0 && sound.waveform.is_none());
        assert_eq!(hear(b"RIFF", TIME_MAX), None);
    }

    #[test]
    fn silence_is_flat_and_the_loudest_step_fills_the_height() {
        assert_eq!(shape(&[0.0, 0.0], &[9, 0]), [0, 0]);
        assert_eq!(shape(&[400.0, 100.0, 0.0], &[1, 1, 1]), [255, 180, 0]);
    }
}

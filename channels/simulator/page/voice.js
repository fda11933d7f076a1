// Voice notes: recorded from the microphone, or where there is none from a tone; and their player.

import { el, icon } from './dom.js';

/** The tone of a person without a microphone: a few soft notes. */
function tone() {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  out.channelCount = 1;
  const gain = context.createGain();
  const wave = context.createOscillator();
  wave.type = 'triangle';
  gain.gain.value = 0;
  [0, 3, 7, 12, 7, 3].forEach((step, at) => {
    const when = context.currentTime + at * 0.28;
    wave.frequency.setValueAtTime(220 * 2 ** (step / 12), when);
    gain.gain.setTargetAtTime(0.25, when, 0.02);
    gain.gain.setTargetAtTime(0.02, when + 0.16, 0.06);
  });
  wave.connect(gain).connect(out);
  wave.start();
  return { stream: out.stream, end: () => context.close(), made: true };
}

async function source() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    return { stream, end: () => stream.getTracks().forEach((track) => track.stop()), made: false };
  } catch {
    return tone();
  }
}

/** Starts recording. `stop()` gives `{blob, seconds}`, `cancel()` nothing. Null where nothing can record. */
export async function record() {
  if (!window.MediaRecorder) return null;
  const from = await source();
  const type = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4'].find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(from.stream, { audioBitsPerSecond: 24_000, ...(type ? { mimeType: type } : {}) });
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const began = performance.now();
  recorder.start(250);
  const ended = () => new Promise((done) => {
    recorder.onstop = done;
    recorder.stop();
  }).finally(from.end);
  return {
    made: from.made,
    began,
    async stop() {
      const seconds = (performance.now() - began) / 1000;
      await ended();
      return { blob: new Blob(parts, { type: recorder.mimeType }), seconds };
    },
    cancel: ended,
  };
}

let playing = null;

/** A voice note's player: button, waveform, time. `onPlay` runs when it is first listened to. */
export function player(url, seconds, seed, onPlay) {
  const audio = el('audio', { preload: 'none', src: url });
  const bars = el('span', { class: 'wave', 'aria-hidden': 'true' });
  let sum = 11;
  for (const char of seed) sum = (sum * 33 + char.charCodeAt(0)) % 10007;
  for (let at = 0; at < 34; at++) {
    sum = (sum * 75 + 74) % 65537;
    const bar = el('i');
    bar.style.setProperty('--h', String(22 + (sum % 70) * (0.45 + 0.55 * Math.sin((at / 34) * Math.PI))));
    bars.append(bar);
  }
  const time = el('span', { class: 'voice-time' }, length(seconds ?? 0));
  const button = el('button', { class: 'voice-play', type: 'button', 'aria-label': 'Play' }, icon('play'));
  const show = (name, label) => {
    button.replaceChildren(icon(name));
    button.setAttribute('aria-label', label);
  };
  button.onclick = () => {
    if (!audio.paused) return audio.pause();
    if (playing && playing !== audio) playing.pause();
    playing = audio;
    audio.play().catch(() => (time.textContent = 'cannot be played here'));
    onPlay?.();
  };
  audio.onplay = () => show('pause', 'Pause');
  audio.onpause = () => show('play', 'Play');
  audio.ontimeupdate = () => {
    const whole = Number.isFinite(audio.duration) ? audio.duration : seconds || 1;
    const part = audio.currentTime / whole;
    [...bars.children].forEach((bar, at) => bar.classList.toggle('on', at / 34 < part));
    time.textContent = length(audio.currentTime);
  };
  audio.onended = () => {
    [...bars.children].forEach((bar) => bar.classList.remove('on'));
    time.textContent = length(seconds ?? audio.duration);
  };
  return el('span', { class: 'voice' }, button, el('span', { class: 'voice-body' }, bars, time), audio);
}

/** 0:07 */
export function length(seconds) {
  const whole = Math.max(0, Math.round(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

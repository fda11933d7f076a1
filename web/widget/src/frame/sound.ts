/** A soft two-note blip, made on the spot: no file to fetch. */

let context: AudioContext | null = null;

/** Browsers allow sound only after a gesture; call this in one. */
export function unlock(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
  } catch {
    /* no audio here */
  }
}

export function blip(): void {
  if (context?.state !== 'running') return;
  const start = context.currentTime;
  [660, 880].forEach((pitch, i) => note(context as AudioContext, pitch, start + i * 0.09));
}

function note(audio: AudioContext, pitch: number, at: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.08, at + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.25);
}

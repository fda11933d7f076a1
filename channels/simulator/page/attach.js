// What can be attached: files from this machine, samples, a place, a contact.

import { upload, post } from './api.js';
import { el, icon } from './dom.js';
import { close, form, sheet } from './sheet.js';

/** Opens the sheet; `phone.send(body)` sends what was chosen. */
export function attach(phone) {
  const pick = (accept, many, then) => {
    const input = el('input', { type: 'file', accept, multiple: many });
    input.onchange = () => input.files.length && then([...input.files]);
    input.click();
  };
  const choices = [
    ['photo', 'Photo or video', () => pick('image/*,video/*', true, (files) => sendFiles(phone, files, false))],
    ['file', 'Document', () => pick('', false, (files) => sendFiles(phone, files, true))],
    ['album', 'Sample album', () => phone.send({ kind: 'album', files: [{ sample: 'photo' }, { sample: 'photo2' }, { sample: 'photo3' }] })],
    ['play', 'Sample film', () => phone.send({ kind: 'video', file: { sample: 'video' } })],
    ['sticker', 'Sticker', () => phone.send({ kind: 'sticker', file: { sample: 'sticker' } })],
    ['pin', 'Location', () => askPlace(phone)],
    ['person', 'Contact', () => form(phone.node, 'Share a contact', [
      { name: 'name', label: 'Name', value: 'Maria Sousa' }, { name: 'number', label: 'Number', type: 'tel', value: '+55 21 99876-5432' },
    ], 'Share', (contact) => phone.send({ kind: 'contact', ...contact }))],
  ];
  const own = phone.person.whatsapp?.number;
  if (phone.app === 'telegram' && own) {
    choices.push(['mic', 'My own number', () => phone.send({ kind: 'raw', raw: { contact: {
      phone_number: `+${own}`, first_name: phone.person.first_name, user_id: phone.person.telegram.id } } })]);
  }
  sheet(phone.node, 'Attach', el('div', { class: 'attach-grid' }, choices.map(([name, label, run]) =>
    el('button', { type: 'button', class: `attach attach--${name}`, onclick: () => { close(); run(); } }, el('span', {}, icon(name)), label))));
}

function askPlace(phone) {
  form(phone.node, 'Share a location', [
    { name: 'latitude', label: 'Latitude', type: 'number', value: '-23.56141' },
    { name: 'longitude', label: 'Longitude', type: 'number', value: '-46.65588' },
    { name: 'name', label: 'Name (optional)', value: '', optional: true },
    { name: 'address', label: 'Address (optional)', value: '', optional: true },
  ], 'Share', (place) => phone.send({ kind: 'location', ...place, latitude: Number(place.latitude), longitude: Number(place.longitude) }));
}

/** Sends files: several pictures go as an album. */
export async function sendFiles(phone, files, asDocuments) {
  const kept = [];
  for (const file of files) kept.push({ file, shelf: await upload(file, file.name) });
  const kind = (file) => {
    if (asDocuments) return 'document';
    if (file.type === 'image/gif' && phone.app === 'telegram') return 'animation';
    if (file.type.startsWith('image/')) return 'photo';
    if (file.type.startsWith('video/')) return 'video';
    if (file.type.startsWith('audio/')) return 'audio';
    return 'document';
  };
  const text = phone.takeDraft();
  const alike = kept.every(({ file }) => ['photo', 'video'].includes(kind(file)));
  if (kept.length > 1 && alike) {
    for (let at = 0; at < kept.length; at += 10) {
      const part = kept.slice(at, at + 10);
      const files = part.map(({ file, shelf }) => ({ id: shelf.id, kind: kind(file) }));
      await phone.send(part.length > 1 ? { kind: 'album', files, text: at ? '' : text } : { kind: files[0].kind, files: [{ id: files[0].id }], text: '' });
    }
    return;
  }
  for (const [at, { file, shelf }] of kept.entries()) {
    await phone.send({ kind: kind(file), file: { id: shelf.id }, text: at ? '' : text });
  }
}

/** Sends a recorded voice note, or a sample where nothing could be recorded. */
export async function sendVoice(phone, recording) {
  if (!recording) return phone.send({ kind: 'voice', file: { sample: 'voice' } });
  const shelf = await upload(recording.blob, 'voice', recording.seconds);
  return phone.send({ kind: 'voice', file: { id: shelf.id } });
}

/** Creates an account to write to, for a stage that has none. */
export function createAccount(app) {
  return app === 'telegram' ? post('/control/telegram/bots', {}) : post('/control/whatsapp/numbers', {});
}

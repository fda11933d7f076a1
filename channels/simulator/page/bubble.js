// One message as the two apps draw it.

import { avatar, bytes, clock, el, icon, ticks } from './dom.js';
import { withEntities, withSigns } from './rich.js';
import { player } from './voice.js';

/** Draws a message. `phone` gives the app's ways: `app`, `quote(id)`, `jump(id)`, `tap`, `openList`, `menu`, `played`. */
export function bubble(message, phone) {
  const own = message.from === 'customer';
  const body = message.body;
  const text = (value, entities) => (phone.app === 'telegram' ? withEntities(value, entities) : withSigns(value));
  if (message.deleted && phone.app === 'telegram') return null;
  if (message.deleted) {
    return row(message, own, el('div', { class: 'bubble bubble--gone' }, icon('block'),
      own ? ' You deleted this message' : ' This message was deleted', meta(message, own)));
  }
  const bare = body.kind === 'media' && (body.media === 'sticker' || body.media === 'video_note');
  const parts = [];
  const quoted = message.reply_to && phone.quote(message.reply_to);
  if (quoted) parts.push(quote(quoted, phone, message.reply_to));
  const card = body.kind === 'card';
  if (card && body.media) parts.push(content(body.media, message, phone, text));
  if (card && body.header) parts.push(el('strong', { class: 'card-head' }, body.header));
  parts.push(content(body, message, phone, text));
  if (card && body.footer) parts.push(el('small', { class: 'card-foot' }, body.footer));
  const pictures = body.kind === 'media' && ['photo', 'video', 'animation', 'live_photo'].includes(body.media) && !body.caption;
  const classes = ['bubble', bare && 'bubble--bare', pictures && 'bubble--picture', card && 'bubble--card',
    body.kind === 'media' && body.caption && 'bubble--captioned'];
  const node = el('div', { class: classes.filter(Boolean).join(' '), dir: 'auto' }, parts, meta(message, own));
  const inside = phone.app === 'whatsapp' ? keyboard(message, phone) : null;
  if (inside) node.append(inside);
  return row(message, own, node, phone, phone.app === 'telegram' ? keyboard(message, phone) : null);
}

/** Draws the parts of an album as one bubble: a grid, the caption, and the last part's time. */
export function album(parts, phone) {
  const there = parts.filter((part) => !part.deleted);
  if (!there.length) return null;
  const first = there[0];
  const own = first.from === 'customer';
  const captioned = there.find((part) => part.body.caption);
  const quoted = first.reply_to && phone.quote(first.reply_to);
  const tile = (part) => {
    const image = part.body.mime.startsWith('image/') || part.body.media === 'photo';
    const node = el('span', {}, image
      ? el('a', { href: part.body.url ?? '#', target: '_blank', rel: 'noopener' }, el('img', { src: part.body.url, alt: part.body.caption || 'Photo', loading: 'lazy', onload: () => phone.settle() }))
      : el('video', { src: part.body.url, controls: true, preload: 'metadata', playsInline: true }));
    node.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      event.stopPropagation();
      phone.menu(part, node);
    });
    return node;
  };
  const node = el('div', { class: `bubble ${captioned ? 'bubble--captioned' : 'bubble--picture'}`, dir: 'auto' },
    quoted ? quote(quoted, phone, first.reply_to) : null, el('span', { class: 'album' }, there.map(tile)),
    captioned ? el('span', { class: 'words', dir: 'auto' }, phone.app === 'telegram' ? withEntities(captioned.body.caption, captioned.body.entities) : withSigns(captioned.body.caption)) : null,
    meta(there.at(-1), own));
  return row(first, own, node, phone);
}

function row(message, own, node, phone, below) {
  const all = [...message.reactions.customer.map((emoji) => [emoji, 'You']), ...message.reactions.business.map((emoji) => [emoji, 'The business'])];
  const reactions = all.length
    ? el('div', { class: 'reactions' }, all.map(([emoji, who]) => el('span', { class: 'reaction', title: who }, emoji)))
    : null;
  const actions = phone && el('button', { class: 'bubble-menu', type: 'button', 'aria-label': 'What to do with this message',
    onclick: (event) => phone.menu(message, event.currentTarget) }, icon('down'));
  if (phone) {
    node.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      phone.menu(message, node);
    });
    // Where there is no pointer to hover with, a tap opens the menu.
    node.addEventListener('click', (event) => matchMedia('(pointer: coarse)').matches
      && !event.target.closest('a, button, img, video, audio, .spoiler') && phone.menu(message, node));
    node.addEventListener('dblclick', (event) => !event.target.closest('a, button, img, video') && phone.reply(message));
  }
  node.append(actions ?? '');
  return el('div', { class: `row ${own ? 'row--own' : 'row--theirs'}${all.length ? ' row--reacted' : ''}`, 'data-id': message.id },
    el('div', { class: 'stack' }, node, reactions, below));
}

function meta(message, own) {
  return el('span', { class: 'meta' }, message.edited_ms ? el('span', {}, 'edited') : null,
    el('time', { datetime: new Date(message.at_ms).toISOString() }, clock(message.at_ms)), own ? ticks(message.receipt) : null);
}

function quote(quoted, phone, id) {
  const who = quoted.from === 'customer' ? 'You' : phone.name();
  return el('button', { type: 'button', class: 'quote', onclick: () => phone.jump(id) },
    el('strong', {}, who), el('span', {}, summary(quoted)));
}

/** A message in a few words: for quotes, and for the bar above the composer. */
export function summary(message) {
  const body = message.body;
  if (message.deleted) return 'Deleted message';
  if (body.kind === 'media') {
    const words = { photo: '📷 Photo', video: '🎞 Video', voice: '🎤 Voice message', audio: '🎵 Audio', document: '📄 Document', sticker: 'Sticker', animation: 'GIF', video_note: 'Video message' };
    return body.caption || body.name || words[body.media] || 'File';
  }
  if (body.kind === 'location') return `📍 ${body.name ?? 'Location'}`;
  if (body.kind === 'contact') return `👤 ${body.name}`;
  return body.text ?? '';
}

function content(body, message, phone, text) {
  switch (body.kind) {
    case 'text': {
      const few = /^\p{Extended_Pictographic}(\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic}|\ufe0f)*$/u.test(body.text);
      return el('span', { class: few ? 'words words--emoji' : 'words', dir: 'auto' }, text(body.text, body.entities));
    }
    case 'card':
      return el('span', { class: 'words', dir: 'auto' }, text(body.text));
    case 'media':
      return media(body, message, phone, text);
    case 'location':
      return place(body);
    case 'contact':
      return el('span', { class: 'contact-card' }, avatar(body.name || '?'),
        el('span', {}, el('strong', {}, body.name), body.phones.map((number) => el('span', {}, number))));
    default:
      return el('span', { class: 'words words--faint' }, body.text ?? 'Something this app does not show');
  }
}

function media(body, message, phone, text) {
  const caption = body.caption ? el('span', { class: 'words', dir: 'auto' }, text(body.caption, body.entities)) : null;
  if (!body.url) return el('span', { class: 'words words--faint' }, 'This file is no longer kept.', caption);
  const kind = body.media === 'image' ? 'photo' : body.media;
  const isPicture = body.mime.startsWith('image/');
  if (kind === 'sticker') return el('img', { class: 'sticker', src: body.url, alt: 'Sticker', loading: 'lazy' });
  if ((kind === 'photo' || kind === 'animation' || kind === 'live_photo') && isPicture) {
    const image = el('img', { src: body.url, alt: body.caption || 'Photo', loading: 'lazy', onload: () => phone.settle() });
    if (body.width && body.height) {
      image.style.setProperty('aspect-ratio', `${body.width} / ${body.height}`);
    }
    return el('span', { class: 'picture' }, el('a', { href: body.url, target: '_blank', rel: 'noopener' }, image), caption);
  }
  if (kind === 'video' || kind === 'video_note' || kind === 'animation') {
    return el('span', { class: kind === 'video_note' ? 'picture round-video' : 'picture' },
      el('video', { src: body.url, controls: true, preload: 'metadata', playsInline: true }), caption);
  }
  if (kind === 'voice' || kind === 'audio') {
    return el('span', {}, player(body.url, body.duration_s, message.id, () => phone.played(message)), caption);
  }
  return el('span', {}, el('a', { class: 'document', href: body.url, download: body.name ?? 'file' }, el('span', { class: 'document-mark' }, icon('file')),
    el('span', {}, el('strong', {}, body.name ?? 'file'), el('span', {}, `${bytes(body.size)} · ${body.mime.split(';')[0].split('/').pop().toUpperCase()}`))), caption);
}

/** A map of our own drawing: the streets follow from the coordinates, so a place always looks the same. */
function place(body) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 240 130');
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice');
  svg.setAttribute('aria-hidden', 'true');
  const draw = (name, attributes) => {
    const node = document.createElementNS(ns, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    svg.append(node);
  };
  let sum = Math.abs(Math.round(body.latitude * 1000) * 31 + Math.round(body.longitude * 1000)) + 1;
  const next = (most) => (sum = (sum * 75 + 74) % 65537) % most;
  draw('rect', { width: 240, height: 130, class: 'map-land' });
  draw('path', { d: `M0 ${90 + next(25)} Q 80 ${70 + next(40)} 140 ${95 + next(20)} T 240 ${80 + next(30)} V130 H0 Z`, class: 'map-water' });
  draw('rect', { x: 20 + next(120), y: 12 + next(30), width: 46, height: 30, rx: 6, class: 'map-park' });
  for (let at = 0; at < 4; at++) draw('path', { d: `M${-10 + at * 70 + next(30)} -5 L ${30 + at * 60 + next(40)} 135`, class: 'map-street' });
  for (let at = 0; at < 3; at++) draw('path', { d: `M-5 ${18 + at * 36 + next(14)} L 245 ${10 + at * 38 + next(20)}`, class: 'map-street' });
  draw('path', { d: 'M120 78s16-14 16-27a16 16 0 1 0-32 0c0 13 16 27 16 27Z', class: 'map-pin' });
  draw('circle', { cx: 120, cy: 51, r: 5.5, class: 'map-hole' });
  return el('span', { class: 'place' }, svg, el('span', { class: 'place-words' }, el('strong', {}, body.name ?? 'Location'),
    el('span', {}, body.address || `${body.latitude.toFixed(5)}, ${body.longitude.toFixed(5)}`)));
}

function keyboard(message, phone) {
  const actions = message.actions;
  if (!actions || actions.kind === 'none') return null;
  if (actions.kind === 'list') {
    return el('div', { class: 'keys' }, el('div', { class: 'key-row' },
      el('button', { type: 'button', class: 'key', onclick: () => phone.openList(message) }, icon('list'), actions.button)));
  }
  return el('div', { class: 'keys' }, actions.rows.map((row) => el('div', { class: 'key-row' }, row.map((button) => (button.url
    ? el('a', { class: 'key', href: /^https?:/i.test(button.url) ? button.url : '#', target: '_blank', rel: 'noopener noreferrer nofollow' }, icon('link'), button.label)
    : el('button', { type: 'button', class: 'key', onclick: () => phone.tap(message, button) }, phone.app === 'whatsapp' ? icon('answer') : null, button.label))))));
}

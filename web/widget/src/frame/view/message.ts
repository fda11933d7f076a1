/** One bubble: text with links, pictures, files, and what became of it. */
import { linkify } from '../linkify';
import type { Say } from '../i18n';
import type { Attachment } from '../protocol';
import { size } from '../time';
import { h, ICONS, icon } from './dom';

/** A message of the thread or of the outbox, ready to be shown. */
export interface Item {
  /** Stays the same when a sent message comes back with its place. */
  key: string;
  kind: 'contact' | 'agent' | 'system';
  name: string;
  text: string;
  attachments: Attachment[];
  at: Date;
  deleted: boolean;
  edited: boolean;
  state?: 'sending' | 'waiting' | 'sent' | 'seen' | 'failed';
  /** Clock time; words for screen readers and hover. */
  time: string;
  /** First of a run by one person: shows name and time. */
  first: boolean;
  /** Last of a run: has the corner. */
  last: boolean;
  /** Day above it, if it opens one. */
  day?: string;
  /** Whether its state is written below. */
  showState: boolean;
}

export interface ItemActions {
  retry(key: string): void;
  remove(key: string): void;
  /** A signed address has expired. */
  stale(): void;
}

export function messageView(item: Item, say: Say, locale: string, on: ItemActions): HTMLElement {
  if (item.kind === 'system') return h('div', { class: 'event', dir: 'auto' }, item.text);
  const own = item.kind === 'contact';
  const bubble = h('div', { class: 'bubble', title: item.time });
  if (item.deleted) bubble.append(h('em', { class: 'gone' }, say('deleted')));
  else {
    const pictures = item.attachments.filter((a) => a.kind === 'image');
    pictures.forEach((a) => bubble.append(picture(a, say, on)));
    item.attachments.filter((a) => a.kind !== 'image').forEach((a) => bubble.append(file(a, say, locale)));
    if (item.text) bubble.append(h('p', { class: 'text', dir: 'auto' }, ...textNodes(item.text)));
    if (item.edited) bubble.append(h('span', { class: 'edited' }, say('edited')));
  }
  return h('article', {
    class: `message ${own ? 'own' : 'theirs'}${item.first ? ' first' : ''}${item.last ? ' last' : ''}${item.state === 'failed' ? ' failed' : ''}`,
  },
    item.first
      ? h('div', { class: 'by' }, h('span', { class: own ? 'sr' : 'name', dir: 'auto' }, own ? say('you') : item.name), h('time', { datetime: item.at.toISOString() }, item.time))
      : h('span', { class: 'sr' }, `${own ? say('you') : item.name}, ${item.time}`),
    bubble,
    item.showState && item.state ? stateLine(item, say, on) : null,
  );
}

function stateLine(item: Item, say: Say, on: ItemActions): HTMLElement {
  const line = h('div', { class: 'state' }, say(item.state!));
  if (item.state === 'failed') {
    line.append(
      h('button', { type: 'button', class: 'link', onclick: () => on.retry(item.key) }, say('retry')),
      h('button', { type: 'button', class: 'link', onclick: () => on.remove(item.key) }, say('remove')),
    );
  }
  return line;
}

function textNodes(text: string): (Node | string)[] {
  return linkify(text).map((piece) =>
    piece.href
      ? h('a', { href: piece.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, piece.text)
      : piece.text,
  );
}

function picture(a: Attachment, say: Say, on: ItemActions): HTMLElement {
  const image = h('img', { alt: a.name, loading: 'lazy', decoding: 'async', src: a.thumbnailUrl ?? a.url });
  // The place is kept before the picture is there, so that nothing jumps.
  if (a.width && a.height) {
    image.width = a.width;
    image.height = a.height;
    image.style.aspectRatio = `${a.width} / ${a.height}`;
  }
  image.addEventListener('error', on.stale, { once: true });
  if (a.url.startsWith('blob:')) return h('span', { class: 'picture' }, image);
  return h('a', {
    class: 'picture', href: safe(a.url), target: '_blank', rel: 'noopener noreferrer', 'aria-label': say('openFile', { name: a.name }),
  }, image);
}

function file(a: Attachment, say: Say, locale: string): HTMLElement {
  const inside = [
    icon(ICONS.file, 20),
    h('span', { class: 'file-name', dir: 'auto' }, a.name),
    h('span', { class: 'file-size' }, size(a.sizeBytes, locale)),
  ];
  if (a.url.startsWith('blob:')) return h('span', { class: 'file' }, ...inside);
  return h('a', {
    class: 'file', href: safe(a.url), target: '_blank', rel: 'noopener noreferrer', 'aria-label': say('openFile', { name: a.name }),
  }, ...inside);
}

/** Attachment addresses are paths of our own server; anything else leads nowhere. */
function safe(url: string): string {
  try {
    return new URL(url, location.origin).origin === location.origin ? url : '#';
  } catch {
    return '#';
  }
}

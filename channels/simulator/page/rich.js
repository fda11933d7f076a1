// Text with its marks: Telegram's entities (UTF-16 offsets, as JavaScript's strings) and WhatsApp's own signs.

import { el } from './dom.js';

const TAGS = {
  bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre',
  blockquote: 'blockquote', expandable_blockquote: 'blockquote',
};

function wrap(entity, text, children) {
  if (TAGS[entity.type]) return el(TAGS[entity.type], {}, children);
  if (entity.type === 'spoiler') {
    return el('span', { class: 'spoiler', tabindex: '0', role: 'button', 'aria-label': 'Hidden text',
      onclick: (event) => event.currentTarget.classList.add('spoiler--open') }, children);
  }
  const plain = text.slice(entity.offset, entity.offset + entity.length);
  const target = { url: plain, text_link: entity.url, email: `mailto:${plain}`, phone_number: `tel:${plain}` }[entity.type];
  if (target) return link(target, children);
  return el('span', { class: 'marked' }, children);
}

/** A link that leads away only to the web, mail or a telephone. */
function link(target, children) {
  const safe = /^(https?:|mailto:|tel:)/i.test(target) ? target : `https://${target}`;
  return el('a', { href: safe, target: '_blank', rel: 'noopener noreferrer nofollow' }, children);
}

/** Telegram's text. Entities may hold others. */
export function withEntities(text, entities = []) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const build = (from, to, list) => {
    const out = [];
    let at = from;
    for (let i = 0; i < list.length; ) {
      const entity = list[i];
      const end = Math.min(entity.offset + entity.length, to);
      const inner = [];
      i += 1;
      while (i < list.length && list[i].offset < end) inner.push(list[i++]);
      if (entity.offset < at) continue;
      if (entity.offset > at) out.push(text.slice(at, entity.offset));
      out.push(wrap(entity, text, build(entity.offset, end, inner)));
      at = end;
    }
    if (at < to) out.push(text.slice(at, to));
    return out;
  };
  return build(0, text.length, sorted);
}

const SIGNS = [
  { sign: '```', tag: 'pre' }, { sign: '*', tag: 'strong' }, { sign: '_', tag: 'em' },
  { sign: '~', tag: 's' }, { sign: '`', tag: 'code' },
];

/** WhatsApp's text: *bold*, _italic_, ~struck~, `code`, and links that it finds itself. */
export function withSigns(text) {
  const out = [];
  let plain = '';
  const flush = () => {
    if (plain) out.push(...withLinks(plain));
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    const found = SIGNS.find(({ sign }) => {
      if (!text.startsWith(sign, at)) return false;
      const end = text.indexOf(sign, at + sign.length);
      const before = text[at - 1];
      return end > at + sign.length && (!before || /[\s(*_~]/.test(before)) && !/\s/.test(text[at + sign.length]);
    });
    if (!found) {
      plain += text[at++];
      continue;
    }
    flush();
    const from = at + found.sign.length;
    const end = text.indexOf(found.sign, from);
    const inner = text.slice(from, end);
    out.push(el(found.tag, {}, found.tag === 'pre' || found.tag === 'code' ? inner : withSigns(inner)));
    at = end + found.sign.length;
  }
  flush();
  return out;
}

function withLinks(text) {
  return text.split(/(https?:\/\/[^\s]+[^\s.,!?)])/g).map((part, at) => (at % 2 ? link(part, [part]) : part));
}

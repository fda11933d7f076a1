// Menus, sheets and dialogs within a phone. One is open at a time; Escape or a click beside it closes it.

import { el, icon } from './dom.js';

let open = null;

/** Closes what is open and gives the focus back. */
export function close() {
  if (!open) return;
  const { layer, before } = open;
  open = null;
  layer.remove();
  before?.focus?.({ preventScroll: true });
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') close();
});

function show(phone, panel, kind) {
  close();
  const layer = el('div', { class: `layer layer--${kind}` }, panel);
  layer.addEventListener('pointerdown', (event) => event.target === layer && close());
  open = { layer, before: document.activeElement };
  phone.append(layer);
  (panel.querySelector('[data-focus]') ?? panel.querySelector('button, input, textarea, [href]'))?.focus({ preventScroll: true });
  panel.addEventListener('keydown', (event) => {
    const items = [...panel.querySelectorAll('button:not(:disabled), input, textarea, [href]')];
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? (event.key === 'Tab' ? (event.shiftKey ? -1 : 1) : 0);
    if (!step || !items.length || (event.target.tagName === 'TEXTAREA' && event.key !== 'Tab')) return;
    event.preventDefault();
    items[(at + step + items.length) % items.length].focus();
  });
  return layer;
}

/** A menu at an element: `[{icon, label, run, danger}]`; null draws a line. `head` stands above it. */
export function menu(phone, at, items, head) {
  const panel = el('div', { class: 'menu', role: 'menu' }, head,
    ...items.map((item) => item === null ? el('hr') : el('button', {
      type: 'button', role: 'menuitem', class: item.danger ? 'menu-item menu-item--danger' : 'menu-item',
      'aria-current': item.current ? 'true' : null,
      onclick: () => { close(); item.run(); },
    }, item.icon ? icon(item.icon) : item.mark, el('span', {}, item.label))));
  const layer = show(phone, panel, 'menu');
  const frame = layer.getBoundingClientRect();
  const from = at.getBoundingClientRect();
  const size = panel.getBoundingClientRect();
  const gap = 8;
  const left = Math.min(Math.max(from.left - frame.left, gap), frame.width - size.width - gap);
  const below = from.bottom - frame.top + 4;
  const top = below + size.height + gap > frame.height ? Math.max(gap, from.top - frame.top - size.height - 4) : below;
  panel.style.setProperty('left', `${left}px`);
  panel.style.setProperty('top', `${top}px`);
}

/** A sheet from below. */
export function sheet(phone, title, ...children) {
  const panel = el('div', { class: 'sheet', role: 'dialog', 'aria-label': title },
    el('header', { class: 'sheet-head' }, el('strong', {}, title),
      el('button', { type: 'button', class: 'round', 'aria-label': 'Close', onclick: close }, icon('close'))),
    ...children);
  show(phone, panel, 'sheet');
  return panel;
}

/** A form in a sheet; `fields` are `{name, label, value, type}`. Runs `done` with what was typed. */
export function form(phone, title, fields, verb, done) {
  const inputs = fields.map((field, at) => el('label', { class: 'field' }, el('span', {}, field.label),
    el('input', { name: field.name, type: field.type ?? 'text', value: field.value ?? '', step: 'any', required: !field.optional, 'data-focus': at === 0, autocomplete: 'off' })));
  const node = el('form', { class: 'sheet-form', onsubmit: (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget));
    close();
    done(values);
  } }, ...inputs, el('button', { type: 'submit', class: 'primary' }, verb));
  sheet(phone, title, node);
}

/** Puts the parts of the chat together and keeps the keyboard inside while it is open. */
import type { Say } from '../i18n';
import type { Config, Field } from '../protocol';
import { palette } from '../color';
import { composer, type ComposerDeps } from './composer';
import { h } from './dom';
import { header } from './header';
import type { Item, ItemActions } from './message';
import type { Answers } from './prechat';
import { threadView } from './thread';

/** What stands below the thread: the composer, the questions, or why there is neither. */
export type Mode = 'write' | { questions: Field[] } | { blocked: string };

export interface ViewDeps extends ComposerDeps, ItemActions {
  close(): void;
  mute(): void;
  older(): void;
  answered(answers: Answers): void;
}

export interface View {
  show(items: Item[], options: { older: boolean; loading: boolean }): void;
  mode(mode: Mode): void;
  status(config: Config, online: boolean): void;
  typing(name: string | null): void;
  /** Says in words that the connection is gone; empty: it is back. */
  banner(text: string): void;
  note(text: string): void;
  muted(muted: boolean): void;
  toEnd(): void;
  focus(): void;
}

export function view(config: Config, say: Say, locale: string, on: ViewDeps): View {
  colours(config.color);
  const top = header(config, say, locale, on);
  const thread = threadView(config, say, locale, on);
  const write = composer(config, say, locale, on);
  const banner = h('p', { class: 'banner', role: 'status', hidden: true });
  const note = h('p', { class: 'slow', role: 'status' });
  const foot = h('footer', {});
  const shade = h('div', { class: 'shade', hidden: true, 'aria-hidden': 'true' }, say('drop'));
  const root = h('div', { class: 'chat', role: 'dialog', tabindex: '-1', 'aria-label': config.name || say('chat') }, top.root, banner, thread.root, note, foot, shade);
  document.body.replaceChildren(root);
  top.status(config, false);

  const WRITE = JSON.stringify('write');
  let current = '';
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') on.close();
    if (event.key === 'Tab') around(root, event);
  });
  dropping(root, shade, () => current === WRITE && config.attachments !== false, (files) => write.take(files));

  return {
    show: thread.show,
    typing: thread.typing,
    toEnd: thread.toEnd,
    status: top.status,
    muted: top.muted,
    banner(text) {
      banner.textContent = text;
      banner.hidden = !text;
    },
    note: (text) => void (note.textContent = text),
    mode(mode) {
      const next = JSON.stringify(mode);
      if (next === current) return;
      current = next;
      if (mode === 'write') return put(write.root);
      if ('blocked' in mode) return put(h('p', { class: 'blocked', role: 'status' }, mode.blocked));
      import('./prechat').then(
        ({ prechatForm }) => current === next && put(prechatForm(h, mode.questions, say, on.answered)),
        // Better no answers than nobody to write to.
        () => current === next && on.answered({}),
      );
    },
    focus,
  };

  function put(element: HTMLElement): void {
    const focused = foot.contains(document.activeElement) || document.activeElement === root;
    foot.replaceChildren(element);
    if (!focused) return;
    if (current === WRITE && document.activeElement === document.body) write.focus();
    else focus();
  }

  function focus(): void {
    // A phone's keyboard would hide the greeting: wait for the visitor's finger.
    const touch = matchMedia('(pointer: coarse)').matches && !foot.contains(document.activeElement);
    const first = foot.querySelector('input');
    if (touch) root.focus();
    else if (current === WRITE) write.focus();
    else (first ?? root).focus();
  }
}

/** Sets the accent for light or dark, and again when the system changes. */
function colours(accent: string): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const set = () => {
    for (const [name, value] of Object.entries(palette(accent, dark.matches))) {
      document.documentElement.style.setProperty(`--${name}`, value);
    }
  };
  dark.addEventListener('change', set);
  set();
}

/** Tab goes round within the chat; Escape leaves it. */
function around(root: HTMLElement, event: KeyboardEvent): void {
  const stops = [...root.querySelectorAll<HTMLElement>('a[href],button:not([disabled]),textarea,input:not([hidden]),[tabindex="0"]')]
    .filter((e) => e.tabIndex >= 0 && e.getClientRects().length > 0);
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge && document.activeElement !== document.body) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}

function dropping(root: HTMLElement, shade: HTMLElement, may: () => boolean, take: (files: FileList) => void): void {
  let depth = 0;
  const over = (change: number) => {
    depth = Math.max(0, depth + change);
    shade.hidden = !depth || !may();
  };
  root.addEventListener('dragenter', (e) => e.dataTransfer?.types.includes('Files') && over(1));
  root.addEventListener('dragleave', (e) => e.dataTransfer?.types.includes('Files') && over(-1));
  root.addEventListener('dragover', (e) => e.preventDefault());
  root.addEventListener('drop', (e) => {
    e.preventDefault();
    over(-depth);
    if (may() && e.dataTransfer?.files.length) take(e.dataTransfer.files);
  });
}

/** A grid of emoji that arrows walk through. Fetched when it is first opened, as the questions are. */
import { EMOJI } from '../emoji';
import type { h as makes } from './dom';

const COLUMNS = 8;

export function emojiPicker(h: typeof makes, label: string, pick: (emoji: string) => void, done: () => void): HTMLElement {
  const buttons = EMOJI.map((emoji, i) =>
    h('button', { type: 'button', tabindex: i ? '-1' : '0', onclick: () => pick(emoji) }, emoji),
  );
  const go = (to: number) => {
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, to))]!;
    buttons.forEach((b) => (b.tabIndex = b === next ? 0 : -1));
    next.focus();
  };
  const root = h('div', { class: 'emoji', role: 'group', 'aria-label': label }, ...buttons);
  root.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const forward = getComputedStyle(root).direction === 'rtl' ? -1 : 1;
    const step = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: COLUMNS, ArrowUp: -COLUMNS, Home: -at, End: EMOJI.length }[event.key];
    if (event.key === 'Escape') {
      event.stopPropagation();
      done();
    } else if (step !== undefined) {
      event.preventDefault();
      go(at + step);
    }
  });
  return root;
}

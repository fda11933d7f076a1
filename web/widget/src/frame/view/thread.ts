/** The scrolling log: keeps its place, follows new messages, loads upwards. */
import type { Config } from '../protocol';
import type { Say } from '../i18n';
import { h, ICONS, icon } from './dom';
import { messageView, type Item, type ItemActions } from './message';

const NEAR_PX = 80;
const TOP_PX = 200;

export interface ThreadView {
  root: HTMLElement;
  show(items: Item[], options: { older: boolean; loading: boolean }): void;
  typing(name: string | null): void;
  /** Shows the newest message. */
  toEnd(): void;
}

export function threadView(
  config: Config, say: Say, locale: string, on: ItemActions & { older(): void },
): ThreadView {
  const intro = h('div', { class: 'intro' },
    config.welcomeTitle ? h('h2', { dir: 'auto' }, config.welcomeTitle) : null,
    config.welcomeText ? h('p', { dir: 'auto' }, config.welcomeText) : null,
    h('p', { class: 'hours', dir: 'auto' }, config.open ? (config.replyTimeText ?? '') : (config.offlineText ?? '')),
  );
  const above = h('p', { class: 'above' });
  const list = h('div', { class: 'list' });
  const dots = h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
  const typingText = h('span', { dir: 'auto' });
  const typingRow = h('div', { class: 'typing', hidden: true }, dots, typingText);
  const log = h('div', {
    class: 'log', role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-label': say('messages'), tabindex: '0',
  }, intro, above, list, typingRow);
  const jump = h('button', { type: 'button', class: 'jump', hidden: true, onclick: () => toEnd() }, icon(ICONS.down, 16), say('newMessage'));
  const root = h('main', {}, log, jump);

  const shown = new Map<string, { version: string; nodes: HTMLElement[] }>();
  let follow = true;
  let mayLoad = false;

  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    follow = true;
    jump.hidden = true;
  };
  log.addEventListener('scroll', () => {
    follow = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    if (follow) jump.hidden = true;
    if (log.scrollTop < TOP_PX && mayLoad) on.older();
  });
  // Pictures and the phone's keyboard change heights after the fact.
  new ResizeObserver(() => follow && toEnd()).observe(list);
  new ResizeObserver(() => follow && toEnd()).observe(log);

  return {
    root,
    toEnd,
    typing(name) {
      typingRow.hidden = !name;
      typingText.textContent = name ? say('typing', { name }) : '';
      if (follow) toEnd();
    },
    show(items, { older, loading }) {
      const firstBefore = list.firstElementChild;
      const height = log.scrollHeight;
      const lastKey = items.at(-1)?.key;
      const grewBelow = lastKey !== undefined && !shown.has(lastKey);
      // Older messages are not news: they must not be read out.
      log.setAttribute('aria-busy', String(loading));
      mayLoad = older && !loading;
      above.textContent = loading ? say(items.length ? 'loadingOlder' : 'loading') : '';
      intro.hidden = older || (loading && !items.length);

      const keep = new Set(items.map((i) => i.key));
      for (const [key, { nodes }] of shown) {
        if (!keep.has(key)) {
          nodes.forEach((n) => n.remove());
          shown.delete(key);
        }
      }
      // All are made before any is placed: making one may take another's day line away.
      const wanted = items.flatMap(render);
      let cursor: ChildNode | null = list.firstChild;
      for (const node of wanted) {
        if (node === cursor) cursor = cursor.nextSibling;
        else list.insertBefore(node, cursor);
      }
      const last = items.at(-1);
      if (grewBelow && last?.kind === 'contact' && last.state !== 'seen') toEnd();
      else if (follow) toEnd();
      else if (grewBelow && firstBefore) jump.hidden = false;
      if (firstBefore && list.firstElementChild !== firstBefore && !follow) log.scrollTop += log.scrollHeight - height;
    },
  };

  /** Nodes of one item; made anew only when something about it changed. */
  function render(item: Item): HTMLElement[] {
    const version = JSON.stringify(item);
    const known = shown.get(item.key);
    if (known?.version === version) return known.nodes;
    const view = messageView(item, say, locale, on);
    const body = known?.nodes.at(-1);
    if (known && body) {
      // Changed in place: the same element stays, so that it is not announced as new.
      body.className = view.className;
      body.replaceChildren(...view.childNodes);
      if (known.nodes.length > 1) known.nodes[0]!.remove();
    }
    const nodes = [...(item.day ? [h('div', { class: 'day' }, item.day)] : []), body ?? view];
    shown.set(item.key, { version, nodes });
    return nodes;
  }
}

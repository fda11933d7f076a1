/** Who the visitor is talking to, whether they are there, and the way out. */
import type { Config } from '../protocol';
import type { Say } from '../i18n';
import { opening } from '../time';
import { h, ICONS, icon, iconButton } from './dom';

export interface Header {
  root: HTMLElement;
  /** `online`: agents are at their desks; unknown counts as no. */
  status(config: Config, online: boolean): void;
  muted(muted: boolean): void;
}

export function header(config: Config, say: Say, locale: string, on: { close(): void; mute(): void }): Header {
  const line = h('p', { class: 'status' });
  const sound = iconButton(ICONS.sound, say('soundOff'), on.mute);
  const root = h('header', {},
    h('span', { class: 'mark', 'aria-hidden': 'true' }, initial(config.name)),
    h('div', { class: 'who' }, h('h1', { dir: 'auto' }, config.name), line),
    sound,
    iconButton(ICONS.close, say('close'), on.close),
  );
  return {
    root,
    status(now, online) {
      line.classList.toggle('online', now.open && online);
      line.textContent = now.open ? (online ? say('online') : (now.replyTimeText ?? '')) : away(now, say, locale);
      line.hidden = !line.textContent;
    },
    muted(muted) {
      const label = say(muted ? 'soundOn' : 'soundOff');
      sound.replaceChildren(icon(muted ? ICONS.mute : ICONS.sound));
      sound.setAttribute('aria-label', label);
      sound.title = label;
    },
  };
}

/** Closed: when the team is back, in the visitor's own zone. */
function away(config: Config, say: Say, locale: string): string {
  const at = config.nextOpening ? new Date(config.nextOpening) : null;
  if (!at || Number.isNaN(at.getTime()) || at.getTime() < Date.now()) return say('away');
  return say('backAt', { when: opening(at, new Date(), locale) });
}

const initial = (name: string) => Array.from(name.trim())[0]?.toLocaleUpperCase() ?? '·';

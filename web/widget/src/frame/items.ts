/** Lays out thread and outbox as the list that is shown: days, runs, states. */
import type { Say } from './i18n';
import type { Entry } from './outbox';
import type { Thread } from './thread';
import { clock, day, dayNumber } from './time';
import type { Item } from './view/message';

/** Messages of one person within this time are one run. */
const RUN_MS = 5 * 60_000;

export interface Layout {
  say: Say;
  locale: string;
  now: Date;
  /** Whether we are connected: a queued message is on its way or waits. */
  live: boolean;
}

export function items(thread: Thread, entries: Entry[], { say, locale, now, live }: Layout): Item[] {
  const list: Item[] = thread.messages.map((m) => ({
    ...blank(m.clientMessageId || m.id, new Date(m.createdAt), locale),
    kind: m.author.kind,
    name: m.author.kind === 'contact' ? '' : m.author.name || say('team'),
    text: m.text ?? '',
    attachments: m.attachments ?? [],
    deleted: !!m.deleted,
    edited: !!m.edited,
    state: m.author.kind !== 'contact' ? undefined : m.seq <= thread.agentReadSeq ? 'seen' : 'sent',
  }));
  for (const { body, attachments, state } of entries) {
    if (thread.hasClientId(body.clientMessageId)) continue;
    list.push({
      ...blank(body.clientMessageId, new Date(body.sentAt), locale),
      kind: 'contact',
      text: body.text ?? '',
      attachments,
      state: state === 'failed' ? 'failed' : state === 'accepted' ? 'sent' : live ? 'sending' : 'waiting',
    });
  }
  const lastOwn = list.findLast((i) => i.kind === 'contact' && i.state !== 'failed');
  list.forEach((item, i) => {
    const before = list[i - 1];
    const newDay = !before || dayNumber(before.at) !== dayNumber(item.at);
    if (newDay) item.day = day(item.at, now, locale);
    item.first = newDay || !joins(before, item);
    if (before) before.last = item.first;
    item.last = true;
    item.showState = item === lastOwn || item.state === 'failed';
  });
  return list;
}

function joins(a: Item, b: Item): boolean {
  return a.kind === b.kind && a.name === b.name && b.at.getTime() - a.at.getTime() < RUN_MS;
}

function blank(key: string, at: Date, locale: string): Item {
  return {
    key, at, time: clock(at, locale), kind: 'contact', name: '', text: '', attachments: [],
    deleted: false, edited: false, first: true, last: true, showState: false,
  };
}

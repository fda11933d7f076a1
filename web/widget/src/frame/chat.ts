/** The chat: joins session, thread, outbox and live connection, and keeps the view current. */
import { Api, Refused } from './api';
import type { Bridge, Init } from './bridge';
import type { Say } from './i18n';
import { uuidv7 } from './ids';
import { items } from './items';
import * as keep from './keep';
import { Live } from './live';
import { Outbox } from './outbox';
import type { Attachment, Config, Message, PageRef, ServerFrame, Session } from './protocol';
import { toAsk } from './questions';
import { blip, unlock } from './sound';
import { tabs } from './tabs';
import { titleFlash } from './title';
import { Thread } from './thread';
import type { Answers } from './view/prechat';
import { view, type View } from './view/app';

const TYPING_EVERY_MS = 2_000;
const TYPING_ENDS_MS = 5_000;
/** An agent's dots without renewal. */
const DOTS_MS = 8_000;
/** Signed addresses of files last an hour. */
const FRESH_MS = 45 * 60_000;
/** A short break is not worth a word. */
const PATIENCE_MS = 2_500;

export interface ChatDeps {
  uuid: string;
  init: Init;
  config: Config;
  bridge: Bridge;
  say: Say;
  locale: string;
}

export interface Chat {
  opened(): void;
  closed(): void;
  page(page: PageRef): void;
  restart(forget: boolean): void;
}

export function chat({ uuid, init, config, bridge, say, locale }: ChatDeps): Chat {
  const base = `/widget/v1/${uuid}`;
  const thread = new Thread();
  const known = keep.begin(init.local, init.session, (type, data) => bridge.send(type, data));
  let page = init.page;
  let isOpen = init.open;
  let muted = keep.read('muted') === '1';
  let online = false;
  let connection: 'starting' | 'open' | 'polling' | 'down' = 'starting';
  let loadedAt = 0;
  let loadingOlder = false;
  let session: Session | null = null;
  let blocked: 'signIn' | 'badIdentity' | null = null;
  let answers = JSON.parse(keep.read('answers') ?? 'null') as Answers | null;

  const visitor = { token: known.token, identity: init.identity, locale, page };
  const api = new Api(base, visitor, (opened) => {
    session = opened;
    keep.know({ token: opened.visitorToken, back: opened.hasConversation || thread.messages.length > 0 });
  });
  const outbox = new Outbox({
    keep: { load: () => keep.read('outbox'), save: (text) => keep.write('outbox', text) },
    post: async (body) => {
      // Nobody to send it as; it stays until the visitor is known.
      if (blocked) return { kind: 'later', afterMs: 60_000 };
      const result = await api.post(body);
      if (result.kind === 'later' && result.afterMs && result.afterMs > 1_000) ui.note(say('slowDown'));
      else ui.note('');
      return result;
    },
    changed: () => show(),
    newId: () => uuidv7(),
  });
  const flash = titleFlash((text) => bridge.send('title', { text }));
  const others = tabs(`switchboard:${uuid}`, {
    seen: (seq) => {
      thread.contactRead(seq);
      tellUnread();
    },
    reset: () => restart(true, false),
  });
  const live = new Live({
    url: `${location.origin.replace(/^http/, 'ws')}${base}/events`,
    hello: async () => {
      await firstPage();
      return { sessionToken: (await api.ensure()).sessionToken, afterSeq: thread.lastSeq };
    },
    frame,
    state: (next) => {
      connection = next;
      if (next !== 'down') outbox.kick();
      sayConnection();
      show();
    },
    poll: () => replay().then(() => true, () => false),
  });

  const ui: View = view(config, say, locale, {
    close: () => bridge.send('close'),
    mute: () => {
      muted = !muted;
      keep.write('muted', muted ? '1' : '0');
      ui.muted(muted);
    },
    send,
    typing,
    upload: (file, progress, signal) => api.upload(file, progress, signal),
    draft: { load: () => keep.read('draft') ?? '', save: (text) => keep.write('draft', text || null) },
    answered: (given) => {
      keep.write('answers', JSON.stringify((answers = given)));
      show();
    },
    retry: (id) => outbox.retry(id),
    remove: (id) => outbox.remove(id),
    older: loadOlder,
    stale: () => void refresh(60_000),
  });
  ui.muted(muted);
  document.addEventListener('pointerdown', unlock, { once: true });
  document.addEventListener('keydown', unlock, { once: true });
  document.addEventListener('visibilitychange', arrivedHere);
  addEventListener('focus', () => bridge.send('where'));
  addEventListener('offline', sayConnection);
  addEventListener('online', sayConnection);
  show();
  if (config.identityMode === 'required' && !init.identity) block('signIn');
  else live.start();
  if (isOpen) opened();

  // ---- coming in

  function frame(f: ServerFrame): void {
    switch (f.type) {
      case 'hello':
        online = !!f.agentsOnline;
        if (typeof f.open === 'boolean') config.open = f.open;
        ui.status(config, online);
        // The server replays by itself as well; what comes twice is dropped.
        if (f.seq > thread.lastSeq) void replay().catch(() => {});
        arrivedHere();
        break;
      case 'message':
        if (thread.add(f.message)) arrived([f.message]);
        outbox.settle(f.message.clientMessageId);
        show();
        break;
      case 'update':
        thread.update(f.message);
        tellUnread();
        show();
        break;
      case 'typing':
        dots(f.on ? f.name || say('team') : null);
        break;
      case 'seen':
        thread.agentRead(f.seq);
        show();
        break;
      case 'contactSeen':
        thread.contactRead(f.seq);
        tellUnread();
        break;
      case 'resync':
        void replay().catch(() => {});
        break;
      case 'error':
        // The session is over: the next hello brings a new one.
        if (/SESSION|UNAUTH/.test(f.code)) api.forget();
    }
  }

  /** New messages while we watch: dots end, badge counts, one tab rings. */
  function arrived(fresh: Message[]): void {
    if (!fresh.length) return;
    session = session && { ...session, hasConversation: true };
    keep.know({ token: visitor.token, back: true });
    const theirs = fresh.filter((m) => m.author.kind === 'agent' && m.seq > thread.contactReadSeq).at(-1);
    if (theirs) {
      dots(null);
      const away = !isOpen || document.hidden;
      bridge.send('emit', { name: 'message', detail: { id: theirs.id, from: theirs.author.name ?? '' } });
      if (document.hidden) flash.start(say('newMessage'));
      if (!muted && (away || !document.hasFocus())) void others.mayRing(theirs.id).then((mine) => mine && blip());
    }
    arrivedHere();
  }

  async function firstPage(): Promise<void> {
    if (loadedAt) return;
    try {
      const opened = await api.ensure();
      if (opened.hasConversation || outbox.entries.length || keep.read('talked')) await refresh(0);
      loadedAt = Date.now();
    } catch (error) {
      if (error instanceof Refused && error.code === 'BAD_IDENTITY') block('badIdentity');
      throw error;
    }
  }

  /** Loads the latest page again, not more often than every `every` ms. */
  let refreshed = 0;
  async function refresh(every: number): Promise<void> {
    if (Date.now() - refreshed < every) return;
    refreshed = Date.now();
    const latest = await api.latest();
    thread.take(latest, 'latest');
    loadedAt = Date.now();
    settleAll();
  }

  async function replay(): Promise<void> {
    for (;;) {
      const next = await api.after(thread.lastSeq);
      const before = thread.lastSeq;
      arrived(thread.take(next, 'replay'));
      settleAll();
      if (!next.more || thread.lastSeq === before) return;
    }
  }

  function loadOlder(): void {
    const first = thread.messages[0];
    if (loadingOlder || !thread.hasOlder || !first) return;
    loadingOlder = true;
    show();
    void api
      .before(first.seq)
      .then((older) => thread.take(older, 'older'), () => {})
      .finally(() => {
        loadingOlder = false;
        show();
      });
  }

  function settleAll(): void {
    thread.messages.forEach((m) => outbox.settle(m.clientMessageId));
    arrivedHere();
    show();
  }

  // ---- seen and unread

  /** The visitor looks at the chat: what is there counts as read. */
  let seenTimer = 0;
  let acked = 0;
  function arrivedHere(): void {
    const theirs = thread.messages.findLast((m) => m.author.kind === 'agent');
    if (isOpen && !document.hidden && theirs) {
      if (theirs.seq > thread.contactReadSeq) {
        thread.contactRead(theirs.seq);
        others.seen(theirs.seq);
        acked = Math.min(acked, theirs.seq - 1);
        clearTimeout(seenTimer);
        seenTimer = setTimeout(() => tellSeen(theirs.seq), 300) as unknown as number;
      }
      if (Date.now() - loadedAt > FRESH_MS) void refresh(60_000).catch(() => {});
    }
    tellUnread();
  }

  function tellSeen(seq: number, attempt = 0): void {
    if (acked >= seq) return;
    api.seen(seq).then(
      () => (acked = Math.max(acked, seq)),
      () => attempt < 5 && setTimeout(() => tellSeen(seq, attempt + 1), 2_000 * 2 ** attempt),
    );
  }

  function tellUnread(): void {
    bridge.send('unread', { count: thread.unread() });
  }

  // ---- going out

  function send(text: string, attachments: Attachment[]): void {
    bridge.send('where');
    keep.write('talked', '1');
    outbox.add(
      {
        clientMessageId: uuidv7(),
        ...(text ? { text } : {}),
        ...(attachments.length ? { attachmentIds: attachments.map((a) => a.id) } : {}),
        page,
        ...(answers && !session?.hasConversation && !thread.messages.length ? { preChat: answers } : {}),
        sentAt: new Date().toISOString(),
      },
      attachments,
    );
    ui.toEnd();
  }

  let typingSent = 0;
  let typingTimer = 0;
  function typing(on: boolean): void {
    clearTimeout(typingTimer);
    const now = Date.now();
    if (on) {
      typingTimer = setTimeout(() => typing(false), TYPING_ENDS_MS) as unknown as number;
      if (now - typingSent < TYPING_EVERY_MS) return;
      if (!typingSent) bridge.send('where');
    } else if (!typingSent) return;
    typingSent = on ? now : 0;
    if (!live.send({ type: 'typing', on }) && connection === 'polling') void api.typing(on).catch(() => {});
  }

  // ---- showing

  let dotsTimer = 0;
  function dots(name: string | null): void {
    clearTimeout(dotsTimer);
    ui.typing(name);
    if (name) dotsTimer = setTimeout(() => ui.typing(null), DOTS_MS) as unknown as number;
  }

  let bannerTimer = 0;
  function sayConnection(): void {
    clearTimeout(bannerTimer);
    if (!navigator.onLine) return ui.banner(say('offline'));
    if (connection !== 'down') return ui.banner('');
    bannerTimer = setTimeout(() => ui.banner(say(loadedAt ? 'reconnecting' : 'unavailable')), PATIENCE_MS) as unknown as number;
  }

  function block(why: 'signIn' | 'badIdentity'): void {
    blocked = why;
    live.stop();
    bridge.send('emit', { name: 'error', detail: why === 'signIn' ? 'IDENTITY_REQUIRED' : 'BAD_IDENTITY' });
    show();
  }

  function show(): void {
    const begun = session?.hasConversation || thread.messages.length > 0 || outbox.entries.length > 0;
    const questions = begun || answers ? [] : toAsk(config.preChat ?? [], session?.contact ?? null);
    ui.show(
      items(thread, outbox.entries, { say, locale, now: new Date(), live: connection !== 'down' && navigator.onLine }),
      { older: thread.hasOlder, loading: loadingOlder || (!loadedAt && !!known.token && !blocked && connection === 'starting') },
    );
    ui.mode(blocked ? { blocked: say(blocked) } : questions.length ? { questions } : 'write');
  }

  // ---- the loader's word

  function opened(): void {
    isOpen = true;
    live.nudge();
    arrivedHere();
    ui.toEnd();
    ui.focus();
  }

  function restart(forget: boolean, tell = true): void {
    live.stop();
    if (forget) {
      api.end();
      keep.clear();
      if (tell) others.reset();
    }
    // Starting over is a reload: the loader sends a new `init`. Nothing said until then counts.
    bridge.send = () => {};
    location.reload();
  }

  if (outbox.entries.length) void outbox.pump();
  return {
    opened,
    closed: () => {
      isOpen = false;
      typing(false);
    },
    page: (next) => {
      page = next;
      visitor.page = next;
    },
    restart,
  };
}

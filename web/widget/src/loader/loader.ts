/**
 * The few KB on a customer's page: launcher, badge, and the frame when it is
 * wanted. Everything a visitor reads or writes happens in the frame, which is
 * another document; this side only keeps the visitor token (docs/WIDGET.md).
 */
import { paint, type Launcher } from './launcher';
import { chatIn } from './words';

type Listener = (detail?: unknown) => void;
type Command = [name: string, ...rest: any[]];

const w = window as any;
const doc = document;
const script = (doc.currentScript ?? doc.querySelector('script[data-widget]')) as HTMLScriptElement | null;
const uuid = script?.dataset.widget;

// A page may carry the snippet twice, or run it again after a page swap.
if (script && uuid && !w.switchboard?.sb) start(script, uuid);

function start(tag: HTMLScriptElement, widget: string): void {
  const { origin } = new URL(tag.src);
  const base = `${origin}/widget/v1/${widget}`;
  const storeKey = `switchboard:${widget}`;
  const options = tag.dataset;
  const listeners: Record<string, Listener[]> = {};
  const narrow = matchMedia('(max-width:599px)');

  let config: any;
  let ui: Launcher | undefined;
  let frame: HTMLIFrameElement | undefined;
  let loaded = false;
  let isOpen = false;
  let hidden = options.launcher === 'hidden';
  let wanted = false;
  let unread = 0;
  let identity: unknown;
  let locale = options.locale;
  // Browsers may block storage in a frame of another site, so the frame keeps what it must
  // remember with the page; or in nothing, and then it lasts as long as the page.
  const memory: Record<string, string | undefined> = {};
  const keep = (area: string, text = '') => {
    memory[area] = text;
    try {
      w[area][storeKey] = text;
    } catch {}
  };
  const kept = (area: string): string | undefined => {
    try {
      return w[area][storeKey];
    } catch {
      return memory[area];
    }
  };

  const languages = () => (locale ? [locale] : [...navigator.languages]);
  // Each on its own turn: a listener that throws harms nobody else.
  const emit = (name: string, detail?: unknown) => listeners[name]?.forEach((listener) => setTimeout(listener, 0, detail));
  const page = () => ({ url: location.href, title: originalTitle ?? doc.title });
  const post = (type: string, data?: object) => {
    if (loaded) frame?.contentWindow?.postMessage({ sb: 1, type, ...data }, origin);
  };

  // ---- the frame

  function makeFrame(): void {
    if (frame || !ui) return;
    frame = doc.createElement('iframe');
    frame.title = config.name;
    frame.allow = 'autoplay';
    frame.setAttribute(
      'sandbox',
      'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads',
    );
    frame.src = `${base}/frame`;
    frame.onload = () => {
      loaded = true;
      // Read now: another tab may have begun meanwhile, and they are one visitor.
      post('init', {
        local: kept('localStorage'), session: kept('sessionStorage'),
        identity, languages: languages(), page: page(), open: isOpen, config,
      });
    };
    ui.panel.append(frame);
  }

  const heard: Record<string, (data: any) => void> = {
    keep: ({ area, text }) => keep(area, text),
    unread: ({ count }) => {
      if (unread !== count) emit('unread', (unread = count));
      show();
    },
    emit: ({ name, detail }) => emit(name, detail),
    title: ({ text }) => title(text),
    where: () => post('page', { page: page() }),
    close: () => close(),
  };
  addEventListener('message', ({ source, origin: from, data }) => {
    if (source === frame?.contentWindow && from === origin && data?.sb === 1) heard[data.type]?.(data);
  });

  // ---- open and close

  function open(): void {
    wanted = true;
    if (isOpen || !ui) return;
    isOpen = true;
    makeFrame();
    if (narrow.matches) {
      // Same state, same address: the page's own router sees nothing new when it is popped.
      history.pushState(history.state, '');
      pushed = true;
    }
    show();
    post('open');
    frame?.focus();
    emit('open');
  }

  function close(popped = false): void {
    wanted = false;
    if (!isOpen) return;
    isOpen = false;
    if (pushed && !popped) history.back();
    pushed = false;
    post('close');
    show();
    ui?.button.focus({ preventScroll: true });
    emit('close');
  }

  let pushed = false;
  addEventListener('popstate', () => {
    if (pushed) close(true);
  });

  function show(): void {
    ui?.set(isOpen, hidden, unread, isOpen && narrow.matches, chatIn(languages()));
  }
  narrow.addEventListener('change', show);

  // ---- title: says that someone answered while the visitor looks elsewhere

  let originalTitle: string | undefined;
  /** The frame says when: a text, then nothing, in turn. */
  function title(text?: string): void {
    originalTitle ??= doc.title;
    doc.title = text || originalTitle;
    if (!text) originalTitle = undefined;
  }

  // ---- what the page may ask for

  const restart = (forget?: boolean) => post('restart', { forget });
  const commands: Record<string, (...args: any[]) => void> = {
    open,
    close: () => close(),
    toggle: () => (isOpen ? close() : open()),
    hide: () => ((hidden = true), close(), show()),
    show: () => ((hidden = false), show()),
    identify: (who) => {
      const same = JSON.stringify(who) === JSON.stringify(identity);
      identity = who;
      if (!same) restart();
    },
    reset: () => {
      identity = undefined;
      unread = 0;
      keep('localStorage');
      keep('sessionStorage');
      restart(true);
      show();
    },
    locale: (next) => {
      locale = next;
      restart();
      show();
    },
    on: (name, listener) => {
      (listeners[name] ??= []).push(listener);
      if (name === 'ready' && ui) listener();
    },
  };
  const run = ([name, ...rest]: Command) => commands[name]?.(...rest);
  const queue: Iterable<Command> = w.switchboard?.q ?? [];
  const api: any = (...command: Command) => run(command);
  api.sb = 1;
  w.switchboard = api;

  // ---- the one settings call

  fetch(`${base}/config`, { credentials: 'omit' })
    .then((response) => (response.ok ? response.json() : Promise.reject(response.status)))
    .then((answer) => {
      config = answer;
      ui = paint(options.position ?? config.position, config.color, tag.nonce, () => commands.toggle!());
      show();
      emit('ready');
      if (wanted) open();
      // Someone who has a conversation sees on the launcher that an answer came.
      else if (/"back":true/.test(kept('localStorage')!)) (w.requestIdleCallback ?? setTimeout)(makeFrame);
    })
    .catch((why) => console.warn('switchboard:', why));

  for (const command of queue) run(command);
}

/**
 * What the frame remembers. The visitor is kept by the customer's page, since
 * browsers may block or part storage in frames. The tab's own things stay in
 * the frame's session storage where that works, and go to the page where not:
 * the page holds the visitor's token anyway, so it learns nothing it could not.
 */

export interface Visitor {
  token?: string;
  /** There is a conversation: load the chat by itself next time, for the badge. */
  back?: boolean;
}

type Send = (type: string, data: object) => void;

let send: Send = () => {};
let visitor: Visitor = {};
let tab: Record<string, string> = {};
let own: Storage | null = null;
const name = () => `switchboard:${location.pathname.split('/')[3]}`;

/** Begins with what the page had kept. */
export function begin(local: string | undefined, session: string | undefined, tell: Send): Visitor {
  send = tell;
  try {
    own = sessionStorage;
  } catch {
    own = null;
  }
  visitor = parse(local);
  tab = parse(own ? own.getItem(name()) : session);
  return visitor;
}

export function read(key: string): string | null {
  return tab[key] ?? null;
}

export function write(key: string, value: string | null): void {
  if ((tab[key] ?? null) === value) return;
  if (value === null) delete tab[key];
  else tab[key] = value;
  save();
}

function save(): void {
  const text = JSON.stringify(tab);
  try {
    if (own) return own.setItem(name(), text);
  } catch {
    /* full: let the page try */
  }
  send('keep', { area: 'sessionStorage', text });
}

export function know(next: Visitor): void {
  if (next.token === visitor.token && next.back === visitor.back) return;
  visitor = next;
  send('keep', { area: 'localStorage', text: JSON.stringify(next) });
}

/** Forgets visitor and tab. */
export function clear(): void {
  tab = {};
  save();
  know({});
}

function parse<T extends object>(text: string | null | undefined): T {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return (typeof value === 'object' && value !== null ? value : {}) as T;
  } catch {
    return {} as T;
  }
}

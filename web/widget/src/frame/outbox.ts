/**
 * Messages on their way. Each is kept before it is posted, posted strictly one
 * after another, and repeated with the same id and body until the server says
 * yes or no, so that a lost answer never doubles and a reload never loses one.
 */
import { delay } from './backoff';
import type { Attachment, MessageBody } from './protocol';

export interface Entry {
  body: MessageBody;
  attachments: Attachment[];
  /** `accepted`: durable at the server, not yet seen in the thread. */
  state: 'queued' | 'accepted' | 'failed';
  /** Why the server refused it. */
  code?: string;
}

export type SendResult =
  | { kind: 'accepted' }
  | { kind: 'refused'; code: string }
  | { kind: 'later'; afterMs?: number };

export interface Keep {
  load(): string | null;
  save(text: string): void;
}

export interface OutboxDeps {
  keep: Keep;
  post(body: MessageBody): Promise<SendResult>;
  changed(): void;
  newId(): string;
  /** Resolves after `ms`; the outbox may stop waiting earlier. */
  sleep?(ms: number): Promise<void>;
  random?(): number;
}

const realSleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export class Outbox {
  entries: Entry[] = [];
  private running = false;
  private wake: () => void = () => {};

  constructor(private readonly deps: OutboxDeps) {
    this.entries = restore(deps.keep.load());
  }

  add(body: MessageBody, attachments: Attachment[] = []): void {
    this.entries.push({ body, attachments, state: 'queued' });
    this.changed();
    void this.pump();
  }

  /** The message came back with its place in the thread. */
  settle(clientMessageId: string | null | undefined): void {
    const before = this.entries.length;
    if (clientMessageId) this.entries = this.entries.filter((e) => e.body.clientMessageId !== clientMessageId);
    if (this.entries.length !== before) this.changed();
  }

  remove(clientMessageId: string): void {
    this.settle(clientMessageId);
  }

  /** Sends a refused one again, last in line. The refused id is spent: it gets a new one. */
  retry(clientMessageId: string): void {
    const entry = this.entries.find((e) => e.body.clientMessageId === clientMessageId && e.state === 'failed');
    if (!entry) return;
    this.entries = this.entries.filter((e) => e !== entry);
    this.add({ ...entry.body, clientMessageId: this.deps.newId() }, entry.attachments);
  }

  /** Try now: the network or the visitor is back. */
  kick(): void {
    this.wake();
    void this.pump();
  }

  clear(): void {
    this.entries = [];
    this.changed();
  }

  /** Posts what is queued; at most one run at a time. */
  async pump(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      let attempt = 0;
      for (;;) {
        const entry = this.entries.find((e) => e.state === 'queued');
        if (!entry) return;
        const result = await this.deps.post(entry.body).catch((): SendResult => ({ kind: 'later' }));
        if (result.kind === 'later') {
          await this.pause(result.afterMs ?? delay(attempt, this.deps.random));
          attempt++;
          continue;
        }
        attempt = 0;
        entry.state = result.kind === 'accepted' ? 'accepted' : 'failed';
        if (result.kind === 'refused') entry.code = result.code;
        this.changed();
      }
    } finally {
      this.running = false;
    }
  }

  private pause(ms: number): Promise<void> {
    const woken = new Promise<void>((done) => (this.wake = done));
    return Promise.race([(this.deps.sleep ?? realSleep)(ms), woken]);
  }

  private changed(): void {
    this.deps.keep.save(JSON.stringify(this.entries));
    this.deps.changed();
  }
}

/** Reads kept entries; anything unreadable is dropped rather than sent. */
function restore(text: string | null): Entry[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(list)) return [];
    const entries = list.filter((e): e is Entry => typeof e?.body?.clientMessageId === 'string' && Array.isArray(e.attachments));
    // A preview made in the page before the reload is gone with it.
    return entries.map((e) => ({ ...e, attachments: e.attachments.map((a) => ({ ...a, thumbnailUrl: a.thumbnailUrl?.startsWith('blob:') ? null : a.thumbnailUrl })) }));
  } catch {
    return [];
  }
}

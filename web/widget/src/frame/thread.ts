/**
 * The conversation as this visitor sees it. Frames, replays and pages may come
 * doubled and in any order; the thread ends in the same state.
 */
import type { Message, Page } from './protocol';

export class Thread {
  /** By `seq`, oldest first. */
  messages: Message[] = [];
  /** Replay cursor: everything up to here has been received. */
  lastSeq = 0;
  agentReadSeq = 0;
  contactReadSeq = 0;
  /** Whether the server has messages older than the first one here. */
  hasOlder = false;

  private readonly byId = new Map<string, Message>();

  /** Takes a message from the socket. False: it was known already. */
  add(message: Message): boolean {
    this.lastSeq = Math.max(this.lastSeq, message.seq);
    const known = this.byId.get(message.id);
    if (known) return false;
    this.insert(message);
    return true;
  }

  /** Takes a changed message (edited, deleted). One never seen is taken as new. */
  update(message: Message): void {
    const known = this.byId.get(message.id);
    if (!known) {
      this.insert(message);
      return;
    }
    // An edit keeps the message's place, whatever number the change itself has.
    const kept = { ...message, seq: known.seq };
    this.byId.set(message.id, kept);
    this.messages[this.messages.indexOf(known)] = kept;
  }

  /** Takes the latest page or a replay. Returns the messages that were new. */
  take(page: Page, kind: 'latest' | 'replay' | 'older'): Message[] {
    const fresh: Message[] = [];
    for (const message of page.messages) {
      if (this.byId.has(message.id)) this.update(message);
      else {
        this.insert(message);
        fresh.push(message);
      }
    }
    if (kind !== 'replay') {
      // A repeat of the latest page says nothing about what lies above older ones.
      const first = page.messages[0];
      if (kind === 'older' || !first || this.messages[0]?.id === first.id) this.hasOlder = page.more;
    }
    if (kind !== 'older') {
      // Mid-replay the cursor must not jump over what is still to come.
      const reached = kind === 'replay' && page.more ? (page.messages.at(-1)?.seq ?? 0) : page.lastSeq;
      this.lastSeq = Math.max(this.lastSeq, reached);
    }
    this.agentRead(page.agentReadSeq);
    this.contactRead(page.contactReadSeq);
    return fresh;
  }

  agentRead(seq: number): void {
    this.agentReadSeq = Math.max(this.agentReadSeq, seq || 0);
  }

  contactRead(seq: number): void {
    this.contactReadSeq = Math.max(this.contactReadSeq, seq || 0);
  }

  /** Agents' messages the visitor has not seen. Own ones never count. */
  unread(): number {
    return this.messages.filter(
      (m) => m.author.kind === 'agent' && !m.deleted && m.seq > this.contactReadSeq,
    ).length;
  }

  hasClientId(id: string): boolean {
    return this.messages.some((m) => m.clientMessageId === id);
  }

  private insert(message: Message): void {
    this.byId.set(message.id, message);
    let at = this.messages.length;
    while (at > 0 && (this.messages[at - 1] as Message).seq > message.seq) at--;
    this.messages.splice(at, 0, message);
  }
}

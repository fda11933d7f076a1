/** The widget's HTTP calls. The session token travels in a header, never in an address. */
import type { SendResult } from './outbox';
import type { Attachment, Config, Identity, MessageBody, Page, PageRef, Session } from './protocol';
import * as keep from './keep';

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterMs?: number,
  ) {
    super(code);
  }
}

export interface Visitor {
  token?: string;
  identity?: Identity;
  locale: string;
  page: PageRef;
}

const SESSION = 'session';
/** A call that takes longer is treated as lost; repeats are harmless. */
const TIMEOUT_MS = 20_000;

export class Api {
  session: Session | null = null;
  private opening: Promise<Session> | null = null;

  constructor(
    readonly base: string,
    readonly visitor: Visitor,
    private readonly opened: (session: Session) => void,
  ) {}

  config(): Promise<Config> {
    return this.call('GET', '/config');
  }

  /** The session in use, the one kept from before a reload, or a new one. */
  async ensure(): Promise<Session> {
    if (this.session) return this.session;
    const kept = this.kept();
    if (kept) return this.use(kept);
    this.opening ??= this.open().finally(() => (this.opening = null));
    return this.opening;
  }

  latest(): Promise<Page> {
    return this.authed('GET', '/messages?limit=50');
  }

  after(seq: number): Promise<Page> {
    return this.authed('GET', `/messages?afterSeq=${seq}&limit=50`);
  }

  before(seq: number): Promise<Page> {
    return this.authed('GET', `/messages?beforeSeq=${seq}&limit=50`);
  }

  async seen(seq: number): Promise<void> {
    await this.authed('POST', '/seen', { seq });
  }

  async typing(on: boolean): Promise<void> {
    await this.authed('POST', '/typing', { on });
  }

  /** Posts one message and says what that means for the outbox. */
  async post(body: MessageBody): Promise<SendResult> {
    try {
      await this.authed('POST', '/messages', body);
      return { kind: 'accepted' };
    } catch (error) {
      if (!(error instanceof Refused)) return { kind: 'later' };
      const { status, code, retryAfterMs } = error;
      if (status === 429) return { kind: 'later', afterMs: retryAfterMs ?? 5_000 };
      // 401 and 403 are about the session or the page, not about this message.
      if (status >= 500 || status === 408 || status === 425 || status === 401 || status === 403) return { kind: 'later' };
      return { kind: 'refused', code };
    }
  }

  /** Uploads one file. `progress` gets 0 to 1. */
  async upload(file: File, progress: (part: number) => void, signal: AbortSignal): Promise<Attachment> {
    const { sessionToken } = await this.ensure();
    return new Promise((done, fail) => {
      // fetch cannot report upload progress.
      const request = new XMLHttpRequest();
      request.open('POST', `${this.base}/uploads`);
      request.setRequestHeader('Authorization', `Bearer ${sessionToken}`);
      request.responseType = 'json';
      request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
      request.onload = () => {
        if (request.status < 300 && request.response) done(request.response as Attachment);
        else fail(new Refused(request.status, String(request.response?.code ?? '')));
      };
      request.onerror = request.onabort = request.ontimeout = () => fail(new Error('upload'));
      signal.addEventListener('abort', () => request.abort());
      const form = new FormData();
      form.append('file', file, file.name);
      request.send(form);
    });
  }

  /**
   * Has the server end this tab's session and the visitor's token, so that a copy of either opens nothing.
   * Nobody waits for it: the page may be going, and the browser forgets them in any case.
   */
  end(): void {
    const token = (this.session ?? this.kept())?.sessionToken;
    const visitorToken = this.visitor.token;
    this.forget();
    if (!token && !visitorToken) return;
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (token) headers['Authorization'] = `Bearer ${token}`;
    const body = JSON.stringify({ visitorToken });
    fetch(`${this.base}/sessions/end`, { method: 'POST', headers, body, credentials: 'omit', keepalive: true }).catch(() => {});
  }

  /** The session is no longer good: the next call opens another. */
  forget(): void {
    this.session = null;
    keep.write(SESSION, null);
  }

  private async open(): Promise<Session> {
    const { token, identity, locale, page } = this.visitor;
    const who = identity?.jwt ? { identityToken: identity.jwt } : { userId: identity?.userId, userHash: identity?.userHash };
    const session = await this.call<Session>('POST', '/sessions', { visitorToken: token, ...who, locale, page });
    this.visitor.token = session.visitorToken;
    keep.write(SESSION, JSON.stringify({ session, for: subject(identity) }));
    return this.use(session);
  }

  private use(session: Session): Session {
    this.session = session;
    this.opened(session);
    return session;
  }

  /** A session kept by this tab, if it is for the same visitor and the same person. */
  private kept(): Session | null {
    try {
      const { session, for: who } = JSON.parse(keep.read(SESSION) ?? 'null') as { session: Session; for: string };
      const same = session.visitorToken === this.visitor.token && who === subject(this.visitor.identity);
      return same && Date.parse(session.expiresAt) > Date.now() ? session : null;
    } catch {
      return null;
    }
  }

  private async authed<T>(method: string, path: string, body?: object): Promise<T> {
    const session = await this.ensure();
    try {
      return await this.call<T>(method, path, body, session.sessionToken);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      // Expired or revoked. Another call may have renewed it meanwhile.
      if (this.session === session) this.forget();
      return this.call<T>(method, path, body, (await this.ensure()).sessionToken);
    }
  }

  private async call<T>(method: string, path: string, body?: object, token?: string): Promise<T> {
    const headers: Record<string, string> = {};
    if (body) headers['Content-Type'] = 'application/json';
    if (token) headers['Authorization'] = `Bearer ${token}`;
    const response = await fetch(this.base + path, {
      method, headers, credentials: 'omit', signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Refused(response.status, String(answer?.code ?? ''), answer?.retryAfterMs);
    return answer as T;
  }
}

/** Names whom a session is for. A fresh JWT of the same person is the same person. */
export function subject(identity: Identity | undefined): string {
  if (identity?.jwt) {
    try {
      const claims = identity.jwt.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/');
      return `jwt:${JSON.parse(atob(claims)).sub}`;
    } catch {
      return `jwt:${identity.jwt}`;
    }
  }
  return identity?.userId ? `id:${identity.userId}:${identity.userHash}` : '';
}

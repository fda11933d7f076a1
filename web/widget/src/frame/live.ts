/**
 * The live connection: a socket that comes back by itself, and polling where
 * sockets are blocked. It carries frames; what they mean is the chat's affair.
 */
import { delay } from './backoff';
import type { ServerFrame } from './protocol';

const PING_MS = 20_000;
/** Nothing for this long, pings included: the line is dead though it looks open. */
const SILENCE_MS = 45_000;
const HELLO_MS = 10_000;
/** After so many sockets without a hello while HTTP works, poll as well. */
const POLL_AFTER = 3;
const POLL_MS = 5_000;
const POLL_HIDDEN_MS = 30_000;

export interface LiveDeps {
  url: string;
  /** Opens with this; rejects when no session can be had. */
  hello(): Promise<{ sessionToken: string; afterSeq: number }>;
  frame(frame: ServerFrame): void;
  /** `polling`: no socket, but messages come. */
  state(state: 'open' | 'polling' | 'down'): void;
  /** One poll; false when HTTP fails too. */
  poll(): Promise<boolean>;
}

export class Live {
  private socket: WebSocket | null = null;
  private timer = 0;
  private pinger = 0;
  private poller = 0;
  private attempt = 0;
  private failures = 0;
  private greeted = false;
  private heard = 0;
  private running = false;

  constructor(private readonly deps: LiveDeps) {
    // The browser knows when it is worth trying again at once.
    addEventListener('online', () => this.nudge());
    addEventListener('offline', () => this.drop());
    document.addEventListener('visibilitychange', () => document.hidden || this.nudge());
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    void this.connect();
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    clearInterval(this.poller);
    this.poller = 0;
    this.drop();
  }

  /** Connects now instead of when the wait is over. */
  nudge(): void {
    if (!this.running) return;
    if (!this.socket) {
      this.attempt = 0;
      void this.connect();
    } else if (this.greeted) {
      // After a sleep the socket may be gone without a word: ask.
      this.send({ type: 'ping' });
      const asked = Date.now();
      setTimeout(() => this.heard < asked && this.drop(), 5_000);
    }
  }

  /** False: not connected, nothing was sent. */
  send(frame: object): boolean {
    if (!this.greeted || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private async connect(): Promise<void> {
    clearTimeout(this.timer);
    if (this.connecting) return;
    this.connecting = true;
    try {
      const hello = await this.deps.hello();
      if (this.running && !this.socket) this.open(hello);
    } catch {
      this.again();
    } finally {
      this.connecting = false;
    }
  }
  private connecting = false;

  private open(hello: { sessionToken: string; afterSeq: number }): void {
    const socket = new WebSocket(this.deps.url, 'switchboard.v1');
    this.socket = socket;
    const late = setTimeout(() => this.greeted || this.closed(socket), HELLO_MS);
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', ...hello }));
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.heard = Date.now();
      const frame = parse(event.data);
      if (!frame) return;
      if (frame.type === 'hello') this.welcomed();
      this.deps.frame(frame);
    };
    socket.onclose = () => {
      clearTimeout(late);
      this.closed(socket);
    };
  }

  private welcomed(): void {
    this.greeted = true;
    this.attempt = this.failures = 0;
    clearInterval(this.poller);
    this.poller = 0;
    clearInterval(this.pinger);
    this.pinger = setInterval(() => {
      if (Date.now() - this.heard > SILENCE_MS) this.drop();
      else this.send({ type: 'ping' });
    }, PING_MS) as unknown as number;
    this.deps.state('open');
  }

  private drop(): void {
    if (this.socket) this.closed(this.socket);
  }

  private closed(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    socket.close();
    clearInterval(this.pinger);
    if (!this.greeted) this.failures++;
    this.greeted = false;
    if (!this.poller) this.deps.state('down');
    this.again();
  }

  private again(): void {
    if (!this.running) return;
    if (this.failures >= POLL_AFTER && !this.poller) {
      void this.poll();
      this.poller = setInterval(() => this.poll(), POLL_MS) as unknown as number;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), delay(this.attempt++)) as unknown as number;
  }

  private lastPoll = 0;
  private async poll(): Promise<void> {
    const now = Date.now();
    if (document.hidden && now - this.lastPoll < POLL_HIDDEN_MS) return;
    this.lastPoll = now;
    this.deps.state((await this.deps.poll()) ? 'polling' : 'down');
  }
}

function parse(data: unknown): ServerFrame | null {
  try {
    const frame = JSON.parse(String(data));
    return typeof frame?.type === 'string' ? frame : null;
  } catch {
    return null;
  }
}

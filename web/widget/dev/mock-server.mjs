// The widget's server side in memory, for development and the browser check only.
// It keeps the contract's behaviour that the widget depends on: idempotent
// messages, gaps in seq, replay, signed file paths, sockets that can be cut.
//   node dev/mock-server.mjs [port]      then open http://localhost:8200/
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '../dist');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html; charset=utf-8' };
export const WIDGET = '6f1d2c3b-8a90-4e51-b7c2-0d9e8f7a6b5c';
const FRAME_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; media-src 'self' blob:; form-action 'none'; base-uri 'none'";
const HOST_CSP = (origin) =>
  `default-src 'none'; script-src 'self' ${origin}; style-src 'self' ${origin}; connect-src ${origin}; frame-src ${origin}; img-src 'self'; base-uri 'none'`;

export function mock(overrides = {}) {
  const config = {
    name: 'Lamplight Books', color: '#0b6e69', position: 'right',
    welcomeTitle: 'Hello, how can we help?', welcomeText: 'Ask about a book, an order or a delivery.',
    replyTimeText: 'We usually answer within a few minutes', open: true, nextOpening: null,
    offlineText: 'We are closed right now. Write to us and we answer when we are back.',
    preChat: [], identityMode: 'optional', attachments: true, emoji: true,
    limits: { textChars: 10_000, fileBytes: 20 * 1024 * 1024 }, ...overrides,
  };
  const conversations = new Map(); // visitorToken → conversation
  const sessions = new Map(); // sessionToken → { visitor, identity }
  const files = new Map();
  const sockets = new Set(); // { socket, visitor }
  const counts = { sessions: 0, ended: 0, posts: 0, config: 0, frames: 0 };
  /** Switches a test may turn: slow, lost answers, refusals, no sockets. */
  const fault = { loseAnswers: 0, refuse: 0, down: false, noSockets: false };

  const of = (visitor) => {
    if (!conversations.has(visitor)) conversations.set(visitor, { seq: 0, messages: [], byClient: new Map(), agentRead: 0, contactRead: 0, seen: [], typing: [] });
    return conversations.get(visitor);
  };
  const tell = (visitor, frame) => {
    for (const one of sockets) if (one.visitor === visitor) one.socket.send(JSON.stringify(frame));
  };
  const store = (visitor, message) => {
    const c = of(visitor);
    c.seq += 1 + (c.messages.length % 3 === 2 ? 1 : 0); // notes leave gaps
    const stored = {
      seq: c.seq, id: `msg_${c.seq}_${visitor.slice(-4)}`, text: '', attachments: [], createdAt: new Date().toISOString(),
      deleted: false, edited: false, ...message,
    };
    c.messages.push(stored);
    tell(visitor, { type: 'message', message: stored });
    return stored;
  };

  async function handle(request, response) {
    const url = new URL(request.url, 'http://localhost');
    const json = (status, body, headers = {}) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    };
    const text = (status, type, body, headers = {}) => {
      response.writeHead(status, { 'Content-Type': type, ...headers });
      response.end(body);
    };
    if (fault.down) return request.socket.destroy();
    if (url.pathname === '/widget.js') return text(200, TYPES['.js'], await readFile(path.join(dist, 'widget.js')));
    if (url.pathname.startsWith('/widget/assets/')) {
      const name = path.basename(url.pathname);
      try {
        return text(200, TYPES[path.extname(name)], await readFile(path.join(dist, 'assets', name)), { 'Cache-Control': 'max-age=31536000, immutable' });
      } catch {
        return json(404, { code: 'NOT_FOUND' });
      }
    }
    if (url.pathname === '/favicon.ico') return json(204);
    if (url.pathname === '/') {
      const html = await readFile(path.join(dist, 'try.html'), 'utf8');
      const options = [...url.searchParams].filter(([k]) => k.startsWith('data-')).map(([k, v]) => ` ${k}="${v.replace(/[^\w-]/g, '')}"`).join('');
      // The page may be visited as 127.0.0.1: then it is another site than the widget's, as in life.
      const own = `http://localhost:${request.headers.host.split(':')[1]}`;
      const snippet = `<script src="${own}/widget.js" data-widget="${WIDGET}"${options} async></script>`;
      return text(200, TYPES['.html'], html.replace('{{WIDGET_SNIPPET}}', url.searchParams.has('twice') ? snippet + snippet : snippet), {
        'Content-Security-Policy': HOST_CSP(own),
      });
    }
    const match = new RegExp(`^/widget/v1/${WIDGET}/(.*)$`).exec(url.pathname);
    if (!match) return json(404, { code: 'NOT_FOUND' });
    const route = `${request.method} ${match[1].split('/')[0]}`;
    const body = await read(request);
    const data = () => JSON.parse(body.toString() || '{}');
    if (route === 'GET config') {
      counts.config++;
      return json(200, config, { 'Access-Control-Allow-Origin': request.headers.origin ?? '*' });
    }
    if (route === 'GET frame') {
      counts.frames++;
      return text(200, TYPES['.html'], await readFile(path.join(dist, 'frame.html')), { 'Content-Security-Policy': FRAME_CSP });
    }
    if (route === 'GET files') {
      const file = files.get(match[1].split('/')[1]);
      return file ? text(200, file.contentType, file.body) : json(404, { code: 'NOT_FOUND' });
    }
    if (route === 'POST sessions' && match[1] === 'sessions/end') {
      sessions.delete((request.headers.authorization ?? '').replace(/^Bearer /, ''));
      counts.ended++;
      return json(204);
    }
    if (route === 'POST sessions') {
      counts.sessions++;
      const asked = data();
      if (asked.identityToken === 'wrong') return json(401, { code: 'BAD_IDENTITY', message: 'Identity could not be verified' });
      const known = asked.visitorToken && conversations.has(asked.visitorToken);
      const visitor = asked.visitorToken ?? `vt_${randomBytes(16).toString('base64url')}`;
      const sessionToken = `vs_${randomBytes(16).toString('base64url')}`;
      sessions.set(sessionToken, visitor);
      return json(200, {
        sessionToken, visitorToken: visitor, contact: { name: null, email: null, verified: !!(asked.identityToken || asked.userHash) },
        expiresAt: new Date(Date.now() + 30 * 86400e3).toISOString(), hasConversation: !!known, unread: 0,
      });
    }
    const visitor = sessions.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    if (!visitor) return json(401, { code: 'UNAUTHENTICATED', message: 'Session is over' });
    const c = of(visitor);
    if (route === 'POST messages') {
      counts.posts++;
      const sent = data();
      if (fault.refuse > 0 && fault.refuse--) return json(422, { code: 'TOO_LONG', message: 'Refused' });
      const print = createHash('sha256').update(body).digest('hex');
      const before = c.byClient.get(sent.clientMessageId);
      if (before) return json(before === print ? 200 : 409, before === print ? { clientMessageId: sent.clientMessageId, accepted: true } : { code: 'CONFLICT' });
      c.byClient.set(sent.clientMessageId, print);
      const lost = fault.loseAnswers > 0 && fault.loseAnswers--;
      setTimeout(() => store(visitor, {
        clientMessageId: sent.clientMessageId, author: { kind: 'contact', name: 'Visitor' }, text: sent.text ?? '',
        attachments: (sent.attachmentIds ?? []).map((id) => files.get(id).meta), page: sent.page, preChat: sent.preChat,
      }), 30);
      return lost ? request.socket.destroy() : json(201, { clientMessageId: sent.clientMessageId, accepted: true });
    }
    if (route === 'GET messages') {
      const limit = Math.min(Number(url.searchParams.get('limit') ?? 50), 100);
      const after = url.searchParams.get('afterSeq');
      const before = url.searchParams.get('beforeSeq');
      const all = c.messages.filter((m) => (after === null || m.seq > +after) && (before === null || m.seq < +before));
      const messages = after === null ? all.slice(-limit) : all.slice(0, limit);
      return json(200, { messages, lastSeq: c.seq, agentReadSeq: c.agentRead, contactReadSeq: c.contactRead, more: all.length > messages.length });
    }
    if (route === 'POST seen') {
      c.contactRead = Math.max(c.contactRead, data().seq);
      c.seen.push(data().seq);
      tell(visitor, { type: 'contactSeen', seq: c.contactRead });
      return json(202, {});
    }
    if (route === 'POST typing') return json(204);
    if (route === 'POST uploads') {
      const { name, contentType, content } = part(body, request.headers['content-type']);
      const id = `att_${randomUUID()}`;
      const address = `/widget/v1/${WIDGET}/files/${id}?e=1&s=mock`;
      const kind = /^(image|video|audio)\//.exec(contentType)?.[1] ?? 'file';
      const meta = { id, kind, name, contentType, sizeBytes: content.length, width: null, height: null, url: address, thumbnailUrl: kind === 'image' ? address : null };
      files.set(id, { meta, contentType, body: content });
      return json(201, meta);
    }
    return json(404, { code: 'NOT_FOUND' });
  }

  const server = createServer((request, response) => handle(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  }));
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
  server.on('upgrade', (request, socket, head) => {
    if (fault.down || fault.noSockets || !request.url.endsWith('/events')) return socket.destroy();
    upgrades.handleUpgrade(request, socket, head, (ws) => {
      const one = { socket: ws, visitor: null };
      ws.on('close', () => sockets.delete(one));
      ws.on('message', (raw) => {
        const frame = JSON.parse(raw);
        if (frame.type === 'hello') {
          one.visitor = sessions.get(frame.sessionToken);
          if (!one.visitor) return ws.send(JSON.stringify({ type: 'error', code: 'UNAUTHENTICATED' })), ws.close();
          sockets.add(one);
          const c = of(one.visitor);
          ws.send(JSON.stringify({ type: 'hello', seq: c.seq, open: config.open, agentsOnline: config.open }));
          c.messages.filter((m) => m.seq > frame.afterSeq).forEach((message) => ws.send(JSON.stringify({ type: 'message', message })));
        } else if (frame.type === 'typing') of(one.visitor).typing.push(frame.on);
        else if (frame.type === 'ping') ws.send('{"type":"pong"}');
      });
    });
  });

  return {
    config, counts, fault, conversations, store, tell,
    /** The conversation of the only (or last) visitor. */
    last: () => [...conversations.entries()].at(-1),
    answer: (visitor, text, attachments = []) => store(visitor, { author: { kind: 'agent', name: 'Eva' }, text, attachments }),
    read: (visitor) => {
      const c = of(visitor);
      c.agentRead = c.seq;
      tell(visitor, { type: 'seen', seq: c.seq });
    },
    cut: () => sockets.forEach((one) => one.socket.terminate()),
    listen: (port) => new Promise((done) => server.listen(port, '127.0.0.1', () => done(server.address().port))),
    close: () => {
      sockets.forEach((one) => one.socket.terminate());
      server.closeAllConnections();
      server.close();
    },
  };
}

function read(request) {
  return new Promise((done) => {
    const parts = [];
    request.on('data', (p) => parts.push(p));
    request.on('end', () => done(Buffer.concat(parts)));
    request.on('error', () => done(Buffer.alloc(0)));
  });
}

/** The one file of a multipart body. */
function part(body, type) {
  const boundary = `--${/boundary=(.*)$/.exec(type)[1]}`;
  const head = body.indexOf('\r\n\r\n');
  const heading = body.subarray(0, head).toString();
  return {
    name: /filename="([^"]*)"/.exec(heading)[1],
    contentType: /content-type: *(\S+)/i.exec(heading)?.[1] ?? 'application/octet-stream',
    content: body.subarray(head + 4, body.lastIndexOf(`\r\n${boundary}`)),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const it = mock();
  const port = await it.listen(Number(process.argv[2] ?? 8200));
  console.log(`http://localhost:${port}/  (an answer follows each message)`);
  setInterval(() => {
    for (const [visitor, c] of it.conversations) {
      if (c.messages.at(-1)?.author.kind !== 'contact') continue;
      it.read(visitor);
      it.tell(visitor, { type: 'typing', on: true, name: 'Eva' });
      setTimeout(() => c.messages.at(-1).author.kind === 'contact' && it.answer(visitor, 'Thank you, I am looking into it.'), 1_500);
    }
  }, 2_000);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ceiling, delay } from '../src/frame/backoff';
import { subject } from '../src/frame/api';
import { contrast, palette, parse } from '../src/frame/color';
import { uuidv7 } from '../src/frame/ids';
import { items } from '../src/frame/items';
import { speaker } from '../src/frame/i18n';
import { en } from '../src/frame/lang/en';
import { problem } from '../src/frame/prechat';
import type { Field, Message } from '../src/frame/protocol';
import { toAsk } from '../src/frame/questions';
import { Thread } from '../src/frame/thread';
import { clock, day, opening, size } from '../src/frame/time';

test('waits lie between a floor and a ceiling that doubles up to half a minute', () => {
  assert.deepEqual([0, 1, 2, 5, 6, 60].map(ceiling), [500, 1000, 2000, 16000, 30000, 30000]);
  for (const attempt of [0, 3, 9]) {
    assert.equal(delay(attempt, () => 0), 200);
    assert.equal(delay(attempt, () => 1), ceiling(attempt));
  }
});

test('message ids are version 7 and sort by time', () => {
  const ids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map((at) => uuidv7(at));
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(parseInt(ids[0]!.replace('-', '').slice(0, 12), 16), 1_700_000_000_000);
});

test('any accent reads at 4.5 to 1, on it and as a link, in light and dark', () => {
  const rgb = (css: string) => css.match(/\d+/g)!.map(Number) as [number, number, number];
  for (const colour of ['#0b6e69', '#ffffff', '#000000', '#ffcc00', '#808080', '#777777', '#ff0066', 'nonsense', '#1b1e24']) {
    for (const dark of [false, true]) {
      const p = palette(colour, dark);
      assert.ok(contrast(rgb(p.accent), rgb(p.on)) >= 4.45, `${colour} text`);
      assert.ok(contrast(rgb(p.link), parse(dark ? '#22262d' : '#f0eee9')!) >= 4.45, `${colour} link`);
    }
  }
});

test('days are named from the visitor’s zone', () => {
  const now = new Date('2026-05-20T01:00:00Z'); // 19 May, 22:00 in São Paulo
  const zone = 'America/Sao_Paulo';
  assert.equal(day(new Date('2026-05-19T12:00:00Z'), now, 'en', zone), 'Today');
  assert.equal(day(new Date('2026-05-19T02:00:00Z'), now, 'es', zone), 'Ayer');
  assert.equal(day(new Date('2026-05-15T12:00:00Z'), now, 'tr', zone), 'Cuma');
  assert.equal(day(new Date('2026-03-02T12:00:00Z'), now, 'en-GB', zone), '2 March');
  assert.equal(day(new Date('2024-03-02T12:00:00Z'), now, 'en-GB', zone), '2 March 2024');
});

test('times and sizes use the visitor’s language with Latin digits', () => {
  const at = new Date('2026-05-20T13:05:00Z');
  assert.equal(clock(at, 'en-GB', 'UTC'), '13:05');
  assert.match(clock(at, 'ar-EG', 'UTC'), /1:05/);
  assert.match(size(1_400_000, 'en'), /1\.4 MB/);
  assert.match(size(900, 'en'), /900 byte/);
});

test('the next opening is told as the visitor’s own day and time', () => {
  const now = new Date('2026-05-20T20:00:00Z');
  const at = new Date('2026-05-21T07:30:00Z');
  assert.match(opening(at, now, 'en-GB', 'Europe/Madrid'), /^Thursday.*0?9:30/);
  assert.match(opening(at, now, 'en-GB', 'Asia/Kolkata'), /13:00/);
  assert.doesNotMatch(opening(new Date('2026-05-20T21:00:00Z'), now, 'en-GB', 'UTC'), /day/);
});

test('answers before the chat are checked in kind', () => {
  const field = (type: string, required = true): Field => ({ key: type, label: type, type, required });
  assert.equal(problem(field('text'), '  '), 'required');
  assert.equal(problem(field('text', false), ''), null);
  assert.equal(problem(field('email'), 'ana@shop'), 'badEmail');
  assert.equal(problem(field('email'), 'ana@shop.example'), null);
  assert.equal(problem(field('phone'), 'call me'), 'badPhone');
  assert.equal(problem(field('phone'), '+55 (11) 98765-4321'), null);
  assert.equal(problem(field('number'), '3a'), 'badNumber');
  assert.equal(problem(field('checkbox'), false), 'required');
  assert.equal(problem(field('checkbox', false), false), null);
});

test('a verified visitor is not asked what is known', () => {
  const fields: Field[] = ['name', 'email', 'order'].map((key) => ({ key, label: key, type: key === 'email' ? 'email' : 'text', required: true }));
  assert.deepEqual(toAsk(fields, { name: 'Ana', email: 'a@b.example', verified: true }).map((f) => f.key), ['order']);
  assert.equal(toAsk(fields, { name: 'Ana', email: 'a@b.example', verified: false }).length, 3);
  assert.equal(toAsk(fields, null).length, 3);
});

test('a fresh token of the same person is the same person', () => {
  const jwt = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
  assert.equal(subject({ jwt: jwt({ sub: 'u1', exp: 1 }) }), subject({ jwt: jwt({ sub: 'u1', exp: 2 }) }));
  assert.notEqual(subject({ jwt: jwt({ sub: 'u1' }) }), subject({ jwt: jwt({ sub: 'u2' }) }));
  assert.notEqual(subject({ userId: 'u1', userHash: 'a' }), subject(undefined));
  assert.equal(subject({ jwt: 'broken' }), 'jwt:broken');
});

test('thread and outbox make one list: days, runs, and one state under the last own message', () => {
  const t = new Thread();
  const m = (seq: number, kind: 'agent' | 'contact', at: string, clientMessageId?: string): Message =>
    ({ seq, id: `m${seq}`, clientMessageId, author: { kind, name: kind === 'agent' ? 'Eva' : null }, text: `${seq}`, attachments: [], createdAt: at });
  t.add(m(1, 'agent', '2026-05-19T10:00:00Z'));
  t.add(m(2, 'agent', '2026-05-20T10:00:00Z'));
  t.add(m(3, 'agent', '2026-05-20T10:01:00Z'));
  t.add(m(4, 'contact', '2026-05-20T10:02:00Z', 'c4'));
  t.agentRead(4);
  const entry = (id: string, state: 'queued' | 'accepted' | 'failed') => ({ body: { clientMessageId: id, text: id, sentAt: '2026-05-20T10:03:00Z' }, attachments: [], state });
  const layout = { say: speaker(en), locale: 'en', now: new Date('2026-05-20T12:00:00Z'), live: true };
  const list = items(t, [entry('c4', 'accepted'), entry('c5', 'failed'), entry('c6', 'queued')], layout);
  assert.deepEqual(list.map((i) => i.key), ['m1', 'm2', 'm3', 'c4', 'c5', 'c6']);
  assert.deepEqual(list.map((i) => !!i.day), [true, true, false, false, false, false]);
  assert.deepEqual(list.map((i) => i.first), [true, true, false, true, false, false]);
  assert.deepEqual(list.map((i) => i.state), [undefined, undefined, undefined, 'seen', 'failed', 'sending']);
  assert.deepEqual(list.filter((i) => i.showState).map((i) => i.key), ['c5', 'c6']);
  assert.equal(items(t, [entry('c6', 'queued')], { ...layout, live: false }).at(-1)!.state, 'waiting');
});

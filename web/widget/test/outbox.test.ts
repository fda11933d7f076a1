import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox, type SendResult } from '../src/frame/outbox';
import type { MessageBody } from '../src/frame/protocol';

const body = (id: string): MessageBody => ({ clientMessageId: id, text: `text ${id}`, sentAt: '2026-05-17T10:00:00.000Z' });

function box(answers: (SendResult | Error)[] = [], kept: string | null = null) {
  const posted: MessageBody[] = [];
  const waits: number[] = [];
  let saved = kept;
  let ids = 0;
  let inFlight = 0;
  let most = 0;
  const outbox = new Outbox({
    keep: { load: () => saved, save: (text) => (saved = text) },
    post: async (b) => {
      most = Math.max(most, ++inFlight);
      posted.push(structuredClone(b));
      await Promise.resolve();
      inFlight--;
      const answer = answers.shift() ?? { kind: 'accepted' };
      if (answer instanceof Error) throw answer;
      return answer;
    },
    changed: () => {},
    newId: () => `new${++ids}`,
    sleep: (ms) => (waits.push(ms), Promise.resolve()),
    random: () => 0.5,
  });
  const done = async () => {
    for (let i = 0; i < 60; i++) await Promise.resolve();
  };
  return { outbox, posted, waits, done, saved: () => saved, most: () => most };
}

test('messages are posted one after another, in the order they were written', async () => {
  const b = box();
  ['a', 'b', 'c'].forEach((id) => b.outbox.add(body(id)));
  await b.done();
  assert.deepEqual(b.posted.map((p) => p.clientMessageId), ['a', 'b', 'c']);
  assert.equal(b.most(), 1);
});

test('a lost answer is repeated with the same id and the same body, before the next one', async () => {
  const b = box([new Error('network'), { kind: 'later' }]);
  b.outbox.add(body('a'));
  b.outbox.add(body('b'));
  await b.done();
  assert.deepEqual(b.posted.map((p) => p.clientMessageId), ['a', 'a', 'a', 'b']);
  assert.deepEqual(b.posted[0], b.posted[2]);
});

test('the wait grows with each try, and the server’s own wait is kept', async () => {
  const b = box([{ kind: 'later' }, { kind: 'later' }, { kind: 'later', afterMs: 1234 }]);
  b.outbox.add(body('a'));
  await b.done();
  assert.equal(b.waits.length, 3);
  assert.ok(b.waits[1]! > b.waits[0]!);
  assert.equal(b.waits[2], 1234);
});

test('a refused message fails with its reason and does not hold up the next', async () => {
  const b = box([{ kind: 'refused', code: 'TOO_LONG' }]);
  b.outbox.add(body('a'));
  b.outbox.add(body('b'));
  await b.done();
  assert.deepEqual(b.outbox.entries.map((e) => [e.body.clientMessageId, e.state, e.code]), [['a', 'failed', 'TOO_LONG'], ['b', 'accepted', undefined]]);
});

test('trying a refused one again sends it under a new id', async () => {
  const b = box([{ kind: 'refused', code: 'CONFLICT' }]);
  b.outbox.add(body('a'));
  await b.done();
  b.outbox.retry('a');
  await b.done();
  assert.deepEqual(b.posted.map((p) => p.clientMessageId), ['a', 'new1']);
  assert.equal(b.posted[1]!.text, 'text a');
  assert.deepEqual(b.outbox.entries.map((e) => e.state), ['accepted']);
});

test('a message that came back with its place leaves the outbox', async () => {
  const b = box();
  b.outbox.add(body('a'));
  await b.done();
  b.outbox.settle('a');
  assert.equal(b.outbox.entries.length, 0);
  assert.equal(b.saved(), '[]');
});

test('a message that came back before the answer is not posted twice', async () => {
  const b = box([{ kind: 'later' }]);
  b.outbox.add(body('a'));
  b.outbox.settle('a');
  await b.done();
  assert.equal(b.posted.length, 1);
});

test('what was queued before a reload is sent after it, unchanged', async () => {
  const before = box([new Error('offline')]);
  before.outbox.add(body('a'));
  const after = box([], before.saved());
  await after.outbox.pump();
  assert.deepEqual(after.posted, [body('a')]);
});

test('an unreadable kept outbox is dropped', () => {
  for (const kept of ['not json', '{"a":1}', '[{"x":1}]', 'null']) assert.deepEqual(box([], kept).outbox.entries, []);
});

test('a preview of a page that is gone is not kept', () => {
  const attachment = { id: 'att_1', kind: 'image', name: 'a.png', contentType: 'image/png', sizeBytes: 3, url: '/f', thumbnailUrl: 'blob:x' };
  const kept = JSON.stringify([{ body: body('a'), attachments: [attachment], state: 'queued' }]);
  assert.equal(box([], kept).outbox.entries[0]!.attachments[0]!.thumbnailUrl, null);
});

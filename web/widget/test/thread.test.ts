import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message, Page } from '../src/frame/protocol';
import { Thread } from '../src/frame/thread';

const message = (seq: number, more: Partial<Message> = {}): Message => ({
  seq, id: `m${seq}`, author: { kind: 'agent', name: 'Eva' }, text: `t${seq}`, attachments: [], createdAt: '2026-05-17T10:00:00Z', ...more,
});
const page = (seqs: number[], more: Partial<Page> = {}): Page => ({
  messages: seqs.map((s) => message(s)), lastSeq: seqs.at(-1) ?? 0, agentReadSeq: 0, contactReadSeq: 0, more: false, ...more,
});
const seqs = (t: Thread) => t.messages.map((m) => m.seq);

test('a message that comes twice is shown once', () => {
  const t = new Thread();
  assert.equal(t.add(message(1)), true);
  assert.equal(t.add(message(1)), false);
  t.take(page([1, 2]), 'replay');
  assert.deepEqual(seqs(t), [1, 2]);
});

test('any order of arrival ends in the same thread', () => {
  // A fixed generator, so that a failure can be repeated.
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const all = [1, 2, 4, 5, 9, 10, 11];
  for (let round = 0; round < 200; round++) {
    const t = new Thread();
    const stream = [...all, ...all].sort(() => random() - 0.5);
    for (const seq of stream) {
      if (random() < 0.2) t.take(page(all.filter((s) => s > t.lastSeq), { lastSeq: 11 }), 'replay');
      t.add(message(seq));
    }
    assert.deepEqual(seqs(t), all);
    assert.equal(t.lastSeq, 11);
  }
});

test('gaps in the numbers are no reason to wait', () => {
  const t = new Thread();
  t.add(message(3));
  t.add(message(9));
  assert.deepEqual(seqs(t), [3, 9]);
});

test('the cursor follows the server past what visitors do not see, but not past what is still to come', () => {
  const t = new Thread();
  t.take(page([1, 2], { lastSeq: 40, more: true }), 'replay');
  assert.equal(t.lastSeq, 2);
  t.take(page([30], { lastSeq: 40 }), 'replay');
  assert.equal(t.lastSeq, 40);
});

test('older pages go above and leave the cursor alone', () => {
  const t = new Thread();
  t.take(page([51, 52], { more: true }), 'latest');
  assert.equal(t.hasOlder, true);
  t.take(page([1, 2], { lastSeq: 99 }), 'older');
  assert.deepEqual(seqs(t), [1, 2, 51, 52]);
  assert.equal(t.hasOlder, false);
  assert.equal(t.lastSeq, 52);
});

test('an edit changes the text and keeps the place', () => {
  const t = new Thread();
  [1, 2, 3].forEach((s) => t.add(message(s)));
  t.update(message(8, { id: 'm2', text: 'better', edited: true }));
  assert.deepEqual(t.messages.map((m) => m.text), ['t1', 'better', 't3']);
  assert.deepEqual(seqs(t), [1, 2, 3]);
});

test('unread counts agents’ messages after the visitor’s mark, never own or deleted ones', () => {
  const t = new Thread();
  t.add(message(1));
  t.add(message(2, { author: { kind: 'contact' } }));
  t.add(message(3));
  t.add(message(4, { deleted: true }));
  assert.equal(t.unread(), 2);
  t.contactRead(1);
  assert.equal(t.unread(), 1);
  t.contactRead(3);
  assert.equal(t.unread(), 0);
});

test('read marks never move back', () => {
  const t = new Thread();
  t.agentRead(5);
  t.agentRead(3);
  t.contactRead(5);
  t.contactRead(2);
  assert.deepEqual([t.agentReadSeq, t.contactReadSeq], [5, 5]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../src/frame/api';
import * as keep from '../src/frame/keep';
import type { Session } from '../src/frame/protocol';

const session = (token: string, visitorToken: string): Session => ({
  sessionToken: token, visitorToken, contact: { verified: false }, expiresAt: '2999-01-01T00:00:00Z', hasConversation: true, unread: 0,
});

/** Answers every call with `answer` and notes it. */
function server(answer: object = {}) {
  const calls: { url: string; init: RequestInit }[] = [];
  globalThis.fetch = ((url: string, init: RequestInit) => {
    calls.push({ url, init });
    return Promise.resolve(new Response(JSON.stringify(answer)));
  }) as typeof fetch;
  return calls;
}

test('a visitor who is forgotten is signed out on the server, also when the page is going', async () => {
  (globalThis as { location?: object }).location = { pathname: '/widget/v1/6f1d/frame' };
  keep.begin(undefined, undefined, () => {});
  const calls = server(session('vs_one', 'vt_one'));
  const api = new Api('/widget/v1/6f1d', { locale: 'en', page: { url: 'https://shop.example/', title: 'Shop' } }, () => {});
  await api.ensure();
  api.end();
  const { url, init } = calls.at(-1)!;
  assert.equal(url, '/widget/v1/6f1d/sessions/end');
  assert.equal(init.keepalive, true);
  assert.equal((init.headers as Record<string, string>)['Authorization'], 'Bearer vs_one');
  assert.deepEqual(JSON.parse(String(init.body)), { visitorToken: 'vt_one' });
  assert.equal(keep.read('session'), null);
  assert.equal(api.session, null);
});

test('nobody is signed out who was never known, and a server that is away does not matter', () => {
  const calls = server();
  const visitor = { locale: 'en', page: { url: '', title: '' } };
  new Api('/b', visitor, () => {}).end();
  assert.equal(calls.length, 0);
  globalThis.fetch = () => Promise.reject(new Error('offline'));
  new Api('/b', { ...visitor, token: 'vt_two' }, () => {}).end();
});

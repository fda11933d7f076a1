import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkify } from '../src/frame/linkify';

const links = (text: string) => linkify(text).filter((p) => p.href).map((p) => p.href);

test('addresses become links and the text stays whole', () => {
  for (const text of ['See https://shop.example/p/42?a=1#b.', 'a@b.example, or +49 30 1234567!', 'nothing', '', '(www.shop.example)']) {
    assert.equal(linkify(text).map((p) => p.text).join(''), text);
  }
});

test('http, https, www, mail and telephone are known', () => {
  assert.deepEqual(links('http://a.example https://b.example/x www.c.example'), ['http://a.example/', 'https://b.example/x', 'https://www.c.example/']);
  assert.deepEqual(links('mailto:eva@shop.example or ana.l+x@mail.shop.example'), ['mailto:eva@shop.example', 'mailto:ana.l+x@mail.shop.example']);
  assert.deepEqual(links('tel:+49301234567 or +55 11 98765-4321'), ['tel:+49301234567', 'tel:+5511987654321']);
});

test('the sentence’s marks and brackets stay outside', () => {
  assert.deepEqual(links('(see https://shop.example/a).'), ['https://shop.example/a']);
  assert.deepEqual(links('https://shop.example/a_(b)'), ['https://shop.example/a_(b)']);
  assert.deepEqual(links('هل هذا https://shop.example/x؟'), ['https://shop.example/x']);
});

test('nothing else becomes a link', () => {
  for (const text of [
    'javascript:alert(1)', 'data:text/html,<b>x</b>', 'vbscript:x', 'file:///etc/passwd', 'JaVaScRiPt://shop.example/%0aalert(1)',
    'order 4711-0815', '12345', 'a@b', 'https://', 'http://nodot', 'blob:https://x',
  ]) {
    assert.deepEqual(links(text).filter((h) => !/^https:\/\/x\/?$/.test(h!)), [], text);
  }
  assert.ok(linkify('javascript:https://shop.example').every((p) => !p.href?.startsWith('javascript')));
});

test('a long text without an end is read in good time', () => {
  const started = Date.now();
  linkify('a'.repeat(10_000) + '@');
  linkify('+1'.repeat(5_000));
  linkify('http://' + '('.repeat(9_000) + ')'.repeat(1_000));
  assert.ok(Date.now() - started < 1_000);
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { allowed, faults, rules } from './licences.mjs';

const crate = (change) => ({
  name: 'it', version: '1.0.0', license: 'MIT', source: 'registry+https://github.com/rust-lang/crates.io-index', ...change,
});

test('an expression is met by what is allowed', () => {
  const mine = ['MIT', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'Unicode-3.0'];
  for (const good of [
    'MIT', 'MIT OR GPL-3.0', 'GPL-3.0/MIT', 'GPL-2.0 OR (MIT AND Unicode-3.0)', '(MIT OR X) AND Unicode-3.0',
    'Apache-2.0 WITH LLVM-exception', 'X AND Y OR MIT',
  ]) assert.equal(allowed(good, mine), true, good);
  for (const bad of ['GPL-3.0', 'MIT AND GPL-3.0', 'MIT AND (X OR Y)', 'MIT WITH LLVM-exception', 'X OR Y AND MIT']) {
    assert.equal(allowed(bad, mine), false, bad);
  }
  for (const broken of ['', 'MIT OR', '(MIT', 'MIT MIT', 'AND MIT']) assert.throws(() => allowed(broken, mine), broken);
});

test('our own rules refuse what they are meant to', async () => {
  const ours = rules(await readFile(new URL('../../deny.toml', import.meta.url), 'utf8'));
  assert.deepEqual(faults([crate(), crate({ source: null, license: 'AGPL-3.0-or-later' })], ours), []);
  const wrong = [
    crate({ license: 'AGPL-3.0-only' }), crate({ license: null }), crate({ license: 'MIT AND' }),
    crate({ source: 'git+https://git.example/it' }), crate({ source: 'registry+https://crates.example/' }),
    crate({ name: 'openssl' }),
  ];
  for (const one of wrong) assert.equal(faults([one], ours).length, 1, JSON.stringify(one));
});

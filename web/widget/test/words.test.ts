import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, direction, LANGUAGES, load, speaker } from '../src/frame/i18n';
import { en } from '../src/frame/lang/en';
import { chatIn } from '../src/loader/words';

const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test('every language has every word, with the same places to fill, and says it in its own way', async () => {
  assert.deepEqual(LANGUAGES, ['en', 'es', 'tr', 'hi', 'ar']);
  for (const language of LANGUAGES.slice(1)) {
    const words = await load(language);
    assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort(), language);
    const same = (Object.keys(en) as (keyof typeof en)[]).filter((key) => {
      assert.ok(words[key].trim(), `${language}.${key}`);
      assert.deepEqual(holes(words[key]), holes(en[key]), `${language}.${key}`);
      return words[key] === en[key];
    });
    assert.deepEqual(same.filter((key) => key !== 'chat'), [], `${language} has English in it`);
  }
});

test('the first language we speak is chosen, with its region', () => {
  assert.deepEqual(choose(['de-DE', 'es-MX', 'en']), { locale: 'es-MX', language: 'es' });
  assert.deepEqual(choose(['ar_EG']), { locale: 'ar-EG', language: 'ar' });
  assert.deepEqual(choose(['tr-!!']), { locale: 'tr', language: 'tr' });
  assert.deepEqual(choose(['zh']), { locale: 'en', language: 'en' });
  assert.deepEqual(choose([]), { locale: 'en', language: 'en' });
});

test('Arabic runs from right to left', () => {
  assert.deepEqual(LANGUAGES.filter((l) => direction(l) === 'rtl'), ['ar']);
});

test('values fill their places and cannot open new ones', () => {
  const say = speaker(en);
  assert.equal(say('typing', { name: 'Eva {name}' }), 'Eva {name} is typing…');
  assert.equal(say('typing'), '{name} is typing…');
});

test('the launcher speaks the visitor’s language', () => {
  assert.equal(chatIn(['tr-TR']), 'Sohbet');
  assert.equal(chatIn(['de', 'ar']), 'المحادثة');
  assert.equal(chatIn(['es', 'ar']), 'Chat');
  assert.equal(chatIn([]), 'Chat');
});

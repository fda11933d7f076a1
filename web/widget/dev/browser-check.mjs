// Plays a visitor in Chromium against the mock server: chat, offline and back,
// lost answers, reload, several tabs, keyboard, phone, languages, axe-core.
// Screenshots land in build/shots/. CHROMIUM names another browser binary.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { mock } from './mock-server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const shots = path.join(here, '../build/shots');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
await mkdir(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const only = process.argv[2];
let failed = 0;

/** One story: its own server, its own browser profile. */
async function story(name, options, run) {
  if (only && !name.includes(only)) return;
  const { settings, host = '127.0.0.1', ...contextOptions } = options;
  const server = mock(settings);
  const port = await server.listen(0);
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', reducedMotion: 'reduce', ...contextOptions });
  const trouble = [];
  // By default another site than the widget's own (localhost), whose frame this browser denies all storage.
  const origin = `http://${host}:${port}`;
  const visit = async (query = '') => {
    const page = await context.newPage();
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (m) => /Content Security Policy|Refused to|Uncaught/.test(m.text()) && trouble.push(m.text()));
    await page.goto(`${origin}/${query}`);
    return page;
  };
  try {
    await run({ server, context, origin, visit });
    assert.deepEqual(trouble, []);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${error.stack}`);
    for (const [i, page] of context.pages().entries()) await page.screenshot({ path: path.join(shots, `failed-${i}.png`) }).catch(() => {});
  }
  await context.close();
  server.close();
}

const launcher = (page) => page.locator('#switchboard-chat button');
const chat = (page) => page.frameLocator('#switchboard-chat iframe');
const open = async (page) => {
  await launcher(page).click();
  await chat(page).locator('.chat').waitFor();
};
const write = async (page, text) => {
  await chat(page).locator('textarea').fill(text);
  await chat(page).locator('textarea').press('Enter');
};
const bubbles = (page) => chat(page).locator('.message .text').allTextContents();
const until = async (check, what) => {
  for (let i = 0; i < 120; i++) {
    if (await check()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`never: ${what}`);
};
const shot = (page, name) => page.screenshot({ path: path.join(shots, `${name}.png`) });
async function clean(page, where) {
  for (const frame of page.frames()) {
    await frame.evaluate(axe);
    const found = await frame.evaluate(() => window.axe.run(document, { iframes: false, resultTypes: ['violations'] }));
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target + ' ' + n.failureSummary).join(' | ')}`), [], `axe, ${where}`);
  }
}

await story('a conversation both ways, seen and typing', {}, async ({ server, visit }) => {
  const page = await visit();
  await launcher(page).waitFor();
  assert.deepEqual([server.counts.config, server.counts.frames, server.counts.sessions], [1, 0, 0], 'one settings call before the first click');
  await clean(page, 'launcher');
  await open(page);
  await shot(page, 'welcome');
  await write(page, 'Hello, is “Small Repairs” back? I saw it on https://shop.example/p/42.');
  await until(() => server.last()?.[1].messages.length === 1, 'message stored');
  const [visitor, conversation] = server.last();
  assert.equal(conversation.messages[0].page.title, 'Lamplight Books');
  server.read(visitor);
  await chat(page).getByText('Seen').waitFor();
  server.tell(visitor, { type: 'typing', on: true, name: 'Eva' });
  await chat(page).getByText('Eva is typing').waitFor();
  server.answer(visitor, 'Yes, since Monday. Shall I put one aside for you? <b>not bold</b>');
  await until(async () => (await bubbles(page)).length === 2, 'answer shown');
  assert.equal(await chat(page).locator('.text b').count(), 0);
  assert.equal(await chat(page).locator('.typing').isVisible(), false);
  await until(() => conversation.contactRead === conversation.seq, 'seen told');
  assert.equal(await chat(page).locator('.text a').getAttribute('rel'), 'noopener noreferrer nofollow');
  await chat(page).locator('textarea').pressSequentially('Yes, please');
  await until(() => conversation.typing.includes(true), 'own typing told');
  await until(() => conversation.typing.at(-1) === false, 'own typing ended');
  await clean(page, 'conversation');
  await shot(page, 'conversation');
});

for (const host of ['127.0.0.1', 'localhost']) await story(`nothing is lost or doubled offline, with lost answers, over a reload and a cut socket (page on ${host})`, { host }, async ({ server, context, origin, visit }) => {
  const page = await visit();
  await open(page);
  await write(page, 'one');
  await until(() => server.last()?.[1].messages.length === 1, 'first stored');
  const [visitor, conversation] = server.last();
  await context.setOffline(true);
  await chat(page).getByText('You are offline').waitFor();
  for (const text of ['two', 'three', 'four']) await write(page, text);
  await chat(page).getByText('Waiting to be sent').first().waitFor();
  await shot(page, 'offline');
  server.answer(visitor, 'while you were away');
  server.fault.loseAnswers = 2;
  await context.setOffline(false);
  await until(() => conversation.messages.length === 5, 'all stored');
  await until(async () => (await bubbles(page)).length === 5, 'all shown');
  server.fault.down = true;
  server.cut();
  await write(page, 'five');
  await write(page, 'six');
  await chat(page).getByText('Connection lost').waitFor();
  await page.reload().catch(() => {});
  server.fault.down = false;
  await until(() => page.goto(origin).then(() => true, () => false), 'the page is back');
  await until(() => conversation.messages.length === 7, 'all stored after the reload');
  await open(page);
  await until(async () => (await bubbles(page)).length === 7, 'all shown after the reload');
  assert.deepEqual(conversation.messages.filter((m) => m.author.kind === 'contact').map((m) => m.text), ['one', 'two', 'three', 'four', 'five', 'six']);
  assert.deepEqual(await bubbles(page), conversation.messages.map((m) => m.text));
});

await story('a refused message can be tried again or removed', {}, async ({ server, visit }) => {
  const page = await visit();
  await open(page);
  server.fault.refuse = 2;
  await write(page, 'refused twice');
  await chat(page).getByText('Not sent').waitFor();
  await shot(page, 'refused');
  await clean(page, 'refused');
  await chat(page).getByText('Try again').click();
  await until(() => server.counts.posts === 2, 'tried again');
  await chat(page).getByText('Not sent').waitFor();
  await chat(page).getByText('Remove').click();
  await until(async () => (await bubbles(page)).length === 0, 'removed');
});

await story('unread badge, other tabs, and a returning visitor', {}, async ({ server, visit }) => {
  const page = await visit('?twice');
  await open(page);
  assert.equal(await page.locator('#switchboard-chat').count(), 1, 'the snippet twice makes one chat');
  await write(page, 'hello');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  const [visitor, conversation] = server.last();
  await chat(page).locator('textarea').press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'switchboard-chat', 'focus is back on the launcher');
  server.answer(visitor, 'first answer');
  server.answer(visitor, 'second answer');
  await until(async () => (await launcher(page).getAttribute('aria-label')) === 'Chat (2)', 'badge says 2');
  await shot(page, 'badge');
  const second = await visit('?book=lamps');
  await until(async () => (await launcher(second).getAttribute('aria-label')) === 'Chat (2)', 'badge in a new tab');
  await open(second);
  await until(() => conversation.contactRead === conversation.seq, 'seen');
  await until(async () => (await launcher(page).getAttribute('aria-label')) === 'Chat', 'badge gone in the first tab');
  assert.deepEqual(await bubbles(second), ['hello', 'first answer', 'second answer']);
  for (let i = 0; i < 120; i++) server.answer(visitor, `n${i}`);
  await until(async () => (await launcher(page).getAttribute('aria-label')) !== 'Chat' || (await second.evaluate(() => document.hidden)) === false, 'more');
});

await story('history loads upwards and keeps its place', {}, async ({ server, visit }) => {
  const page = await visit();
  await open(page);
  await write(page, 'start');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  const [visitor] = server.last();
  for (let i = 1; i <= 130; i++) server.answer(visitor, `line ${i}`);
  await page.reload();
  await open(page);
  await until(async () => (await bubbles(page)).at(-1) === 'line 130', 'latest shown');
  assert.equal((await bubbles(page)).length, 50);
  for (const many of [100, 131]) {
    await chat(page).locator('.log').evaluate((log) => (log.scrollTop = 0));
    await until(async () => (await bubbles(page)).length === many, `${many} shown`);
    const place = await chat(page).locator('.log').evaluate((log) => log.scrollTop);
    assert.ok(place > 500, `the line that was read stays in sight (${place})`);
  }
  const texts = await bubbles(page);
  assert.deepEqual(texts, ['start', ...Array.from({ length: 130 }, (_, i) => `line ${i + 1}`)]);
});

await story('files: pick, paste, drop, preview, too large', { settings: { limits: { textChars: 200, fileBytes: 200_000 } } }, async ({ server, visit }) => {
  const page = await visit();
  await open(page);
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64');
  await chat(page).locator('input[type=file]').setInputFiles([
    { name: 'corner.png', mimeType: 'image/png', buffer: png },
    { name: 'receipt 2026 with a very long name that does not fit.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(120_000, 1) },
  ]);
  await until(async () => (await chat(page).locator('.chip').count()) === 2 && (await chat(page).locator('progress').count()) === 0, 'uploaded');
  await clean(page, 'files');
  await shot(page, 'files');
  await write(page, 'The corner is bent, see the picture');
  await until(() => server.last()?.[1].messages[0]?.attachments.length === 2, 'stored with files');
  await until(async () => (await chat(page).locator('a.picture').count()) === 1, 'picture linked');
  await chat(page).locator('input[type=file]').setInputFiles([{ name: 'film.mov', mimeType: 'video/quicktime', buffer: Buffer.alloc(300_000) }]);
  await chat(page).getByText('film.mov is too large').waitFor();
  for (const kind of ['paste', 'drop']) {
    await chat(page).locator('textarea').evaluate((area, how) => {
      const data = new DataTransfer();
      data.items.add(new File(['abc'], `${how}.txt`, { type: 'text/plain' }));
      const event = how === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true }) : new DragEvent('drop', { dataTransfer: data, bubbles: true });
      area.dispatchEvent(event);
    }, kind);
    await chat(page).locator('.chip', { hasText: `${kind}.txt` }).waitFor();
  }
  await chat(page).getByLabel('Remove paste.txt').click();
  assert.equal(await chat(page).locator('.chip').count(), 1);
  await chat(page).locator('textarea').fill('x'.repeat(201));
  await chat(page).getByText('too long: 201 of 200').waitFor();
  assert.equal(await chat(page).locator('.send').isDisabled(), true);
});

const QUESTIONS = [
  { key: 'name', label: 'Your name', type: 'text', required: true },
  { key: 'email', label: 'E-mail address', type: 'email', required: true },
  { key: 'order', label: 'Order number', type: 'text', required: false },
  { key: 'terms', label: 'You may keep this conversation', type: 'checkbox', required: true },
];
await story('questions before the chat, closed hours, and dark', {
  colorScheme: 'dark', timezoneId: 'Europe/Madrid',
  settings: { preChat: QUESTIONS, open: false, nextOpening: new Date(Date.now() + 30 * 3600e3).toISOString(), color: '#ffcc00' },
}, async ({ server, visit }) => {
  const page = await visit();
  await open(page);
  await chat(page).getByText('We are back:').waitFor();
  await chat(page).getByRole('button', { name: 'Start chat' }).click();
  assert.equal(await chat(page).locator('[aria-invalid=true]').count(), 3);
  await clean(page, 'questions');
  await shot(page, 'questions-dark');
  await chat(page).getByLabel('Your name').fill('Ana Lima');
  await chat(page).getByLabel('E-mail address').fill('ana@mail.example');
  await chat(page).getByLabel('You may keep').check();
  await chat(page).getByRole('button', { name: 'Start chat' }).click();
  await write(page, 'When does it arrive?');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  const [visitor, conversation] = server.last();
  assert.deepEqual(conversation.messages[0].preChat, { name: 'Ana Lima', email: 'ana@mail.example', terms: true });
  server.answer(visitor, 'On Thursday. You can follow the parcel on https://track.example/4711.');
  await until(async () => (await bubbles(page)).length === 2, 'answered');
  await clean(page, 'dark');
  await shot(page, 'conversation-dark');
});

await story('Arabic, right to left', { locale: 'ar-EG', settings: { name: 'كتب المصباح', welcomeTitle: 'مرحبًا، كيف نساعدك؟', welcomeText: 'اسألنا عن كتاب أو طلب أو توصيل.', replyTimeText: 'نرد عادةً خلال دقائق' } }, async ({ server, visit }) => {
  const page = await visit();
  await open(page);
  assert.equal(await chat(page).locator('html').getAttribute('dir'), 'rtl');
  await write(page, 'هل عاد كتاب Small Repairs إلى المتجر؟');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  const [visitor] = server.last();
  server.read(visitor);
  server.answer(visitor, 'نعم، منذ يوم الاثنين. هل نحتفظ لك بنسخة؟');
  server.tell(visitor, { type: 'typing', on: true, name: 'إيفا' });
  await chat(page).getByText('إيفا بصدد').waitFor();
  await clean(page, 'arabic');
  await shot(page, 'arabic');
});

await story('other languages load', {}, async ({ visit }) => {
  for (const [language, words] of [['es', 'Escribe un mensaje'], ['tr', 'Bir mesaj yazın'], ['hi', 'संदेश लिखें']]) {
    const page = await visit(`?data-locale=${language}`);
    await open(page);
    await chat(page).getByPlaceholder(words).waitFor();
    await shot(page, `language-${language}`);
    await page.close();
  }
});

await story('a phone: full screen, back closes', { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }, async ({ server, visit }) => {
  const page = await visit();
  await launcher(page).waitFor();
  await shot(page, 'phone-closed');
  await open(page);
  const box = await page.locator('#switchboard-chat iframe').boundingBox();
  assert.deepEqual([box.x, box.y, box.width, box.height].map(Math.round), [0, 0, 390, 780]);
  await write(page, 'Is the shop open on Saturday afternoon?');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  server.answer(server.last()[0], 'Until six. There is tea.');
  await until(async () => (await bubbles(page)).length === 2, 'answered');
  const small = await chat(page).locator('button, textarea, .composer a').evaluateAll((all) => all.filter((e) => e.getClientRects().length && e.tagName === 'BUTTON' && (e.offsetHeight < 44 || e.offsetWidth < 44)).map((e) => e.className));
  assert.deepEqual(small, []);
  await clean(page, 'phone');
  await shot(page, 'phone');
  await page.goBack();
  await until(async () => (await launcher(page).getAttribute('aria-expanded')) === 'false', 'back closes');
  assert.equal(await page.evaluate(() => document.documentElement.style.overflow), '');
});

await story('keyboard: emoji by arrows, Tab stays inside, Shift+Enter is a new line', {}, async ({ server, visit }) => {
  const page = await visit();
  await open(page);
  const text = chat(page).locator('textarea');
  await text.fill('Thanks ');
  await chat(page).getByLabel('Add an emoji').first().click();
  await shot(page, 'emoji');
  await clean(page, 'emoji');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  assert.equal(await text.inputValue(), 'Thanks 😂');
  await text.press('Shift+Enter');
  await text.pressSequentially('bye');
  await text.press('Enter');
  await until(() => server.last()?.[1].messages[0]?.text === 'Thanks 😂\nbye', 'two lines');
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'switchboard-chat');
  }
  await page.keyboard.press('Escape');
  assert.equal(await launcher(page).getAttribute('aria-expanded'), 'false');
});

await story('the page’s own script: identify, wrong identity, reset, events', {}, async ({ server, visit }) => {
  const page = await visit();
  await launcher(page).waitFor();
  await page.evaluate(() => {
    window.seen = [];
    for (const name of ['ready', 'open', 'close', 'message', 'unread', 'error']) window.switchboard('on', name, (detail) => window.seen.push([name, detail]));
    window.switchboard('identify', { userId: 'u1', userHash: 'abc' });
    window.switchboard('open');
  });
  await write(page, 'hello from u1');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  const first = server.last()[0];
  await page.evaluate(() => window.switchboard('reset'));
  await until(async () => (await bubbles(page).catch(() => ['?'])).length === 0, 'forgotten');
  await until(() => server.counts.ended === 1, 'the session ended on the server');
  await write(page, 'someone else');
  await until(() => server.conversations.size === 2, 'another visitor');
  assert.notEqual(server.last()[0], first);
  await page.evaluate(() => window.switchboard('identify', { jwt: 'wrong' }));
  await chat(page).getByText('could not confirm who you are').waitFor();
  await clean(page, 'wrong identity');
  const seen = await page.evaluate(() => window.seen);
  for (const name of ['ready', 'open', 'error']) assert.ok(seen.some(([n]) => n === name), name);
  assert.ok(seen.some(([n, d]) => n === 'error' && d === 'BAD_IDENTITY'));
  await page.evaluate(() => window.switchboard('hide'));
  assert.equal(await launcher(page).isVisible(), false);
});

await story('a page that swaps its body, or clears itself, keeps the chat', {}, async ({ server, visit }) => {
  const page = await visit();
  await open(page);
  await write(page, 'before the swap');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  await chat(page).locator('textarea').fill('half a sen');
  await page.evaluate(() => document.body.replaceWith(document.createElement('body')));
  assert.equal(await chat(page).locator('textarea').inputValue(), 'half a sen', 'not even reloaded');
  await page.evaluate(() => document.documentElement.replaceChildren(document.createElement('head'), document.createElement('body')));
  await until(async () => (await bubbles(page).catch(() => [])).length === 1, 'back after the page cleared itself');
  assert.equal(await chat(page).locator('textarea').inputValue(), 'half a sen', 'the draft is kept');
  assert.equal(server.counts.config, 1);
});

await story('only the loader and the frame are listened to', {}, async ({ server, visit }) => {
  const page = await visit();
  await open(page);
  await write(page, 'hello');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  const kept = () => page.evaluate(() => JSON.stringify(localStorage));
  const before = await kept();
  assert.match(before, /vt_/);
  // The page itself and another frame of the widget's own origin play the chat's frame.
  await page.evaluate(() => window.postMessage({ sb: 1, type: 'keep', area: 'localStorage', text: 'evil' }, '*'));
  await page.evaluate((src) => new Promise((done) => {
    const other = document.createElement('iframe');
    other.onload = done;
    other.src = src;
    other.id = 'other';
    document.body.append(other);
  }), (await page.locator('#switchboard-chat iframe').getAttribute('src')));
  const stranger = page.frames().find((f) => f.parentFrame() === page.mainFrame() && f !== page.frames()[1]) ?? page.frames().at(-1);
  await stranger.evaluate(() => {
    parent.postMessage({ sb: 1, type: 'keep', area: 'localStorage', text: 'evil' }, '*');
    parent.postMessage({ sb: 1, type: 'close' }, '*');
    // And it plays the loader towards the chat.
    for (let i = 0; i < parent.frames.length; i++) parent.frames[i].postMessage({ sb: 1, type: 'restart', forget: true }, '*');
  });
  await page.waitForTimeout(200);
  assert.equal(await kept(), before);
  assert.equal(await launcher(page).getAttribute('aria-expanded'), 'true');
  assert.deepEqual(await bubbles(page), ['hello'], 'the chat was not restarted');
});

await story('messages come by polling where sockets are blocked', {}, async ({ server, visit }) => {
  server.fault.noSockets = true;
  const page = await visit();
  await open(page);
  await write(page, 'no socket here');
  await until(() => server.last()?.[1].messages.length === 1, 'stored');
  server.answer(server.last()[0], 'still heard you');
  await until(async () => (await bubbles(page)).length === 2, 'answer by polling');
  assert.equal(await chat(page).locator('.banner').isVisible(), false);
});

await story('the pages of the shop, light and dark', {}, async ({ visit }) => {
  for (const [name, query, scheme, width] of [['shop', '', 'light', 1280], ['shop-book', '?book=clockwork', 'dark', 1280], ['shop-phone', '?page=delivery', 'light', 390]]) {
    const page = await visit(query);
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 860 });
    await launcher(page).waitFor();
    await clean(page, name);
    await shot(page, name);
    await page.close();
  }
});

await browser.close();
process.exitCode = failed ? 1 : 0;

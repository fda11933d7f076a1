import { readFileSync } from 'node:fs';
import { Agent, Customer } from './fixtures/people';
import { expect, test } from './fixtures/product';

test.use({ story: 'files' });

// 8 × 8 pixels of one colour.
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFklEQVR4nGPgKkjDihgGn4RVyEqsaPBJAACzxEABrHmEPwAAAABJRU5ErkJggg==',
  'base64',
);

test('a picture from the customer, a document from the agent', async ({ browser, product }) => {
  const agent = await Agent.first(browser, product);
  const customer = await Customer.on(browser, await agent.tryUrl());
  await customer.openChat();
  await customer.write('Here is a picture');
  await customer.chat.locator('input[type=file]').setInputFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: PICTURE });
  const send = customer.chat.getByRole('button', { name: 'Send' });
  await expect(send).toBeEnabled();
  await send.click();

  await expect(agent.list.getByRole('link').first()).toBeVisible();
  await agent.list.getByRole('link').first().click();
  await expect(agent.thread.getByText('Here is a picture')).toBeVisible();
  const shown = agent.thread.locator('img').first();
  await expect(shown).toBeVisible();
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);

  await agent.page.locator('input[type=file]').setInputFiles({
    name: 'price list.txt', mimeType: 'text/plain', buffer: Buffer.from('blue: 12\ngreen: 14\n'),
  });
  await expect(agent.page.getByText('price list.txt')).toBeVisible();
  await agent.reply('Our prices');
  const link = customer.chat.getByRole('link', { name: /price list\.txt/ });
  await expect(link).toBeVisible();
  const [download] = await Promise.all([customer.page.waitForEvent('download'), link.click()]);
  expect(readFileSync((await download.path())!, 'utf8')).toBe('blue: 12\ngreen: 14\n');
});

test('a page in disguise is never shown as a page', async ({ browser, product }) => {
  const agent = await Agent.in(browser, product);
  await agent.signIn('eva@bloom.example', 'quiet lamps over seven harbours');
  await expect(agent.list).toBeVisible();
  const uploaded = await agent.page.evaluate(async () => {
    const form = new FormData();
    form.append('file', new Blob(['<script>alert(1)</script>'], { type: 'image/png' }), 'innocent.png');
    const answer = await fetch('/files', { method: 'POST', headers: { 'X-Requested-With': 'app' }, body: form });
    return { status: answer.status, body: await answer.json() };
  });
  expect(uploaded.status).toBe(201);
  const served = await agent.page.request.get(`${product.url}${uploaded.body.url}`);
  expect(served.headers()['content-disposition']).toMatch(/^attachment/);
  expect(served.headers()['content-security-policy']).toContain('sandbox');
  expect(served.headers()['x-content-type-options']).toBe('nosniff');
});

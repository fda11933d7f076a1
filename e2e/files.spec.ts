import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { Agent, Customer } from './fixtures/people';
import { expect, test } from './fixtures/product';

test.use({ story: 'files' });
test.describe.configure({ mode: 'serial' });

let agent: Agent;

/** A PNG of 64 × 64 pixels in one colour. */
function picture(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(64, 0);
  header.writeUInt32BE(64, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits a channel, RGB
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(64 * 3, 0xb3)]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: 64 }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test('a picture from the customer, a document from the agent', async ({ browser, product }) => {
  agent = await Agent.first(browser, product);
  const customer = await Customer.on(browser, await agent.tryUrl());
  await customer.openChat();
  await customer.write('Here is a picture');
  await customer.chat.locator('input[type=file]').setInputFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: picture() });
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
  await expect(agent.page.getByText('price list.txt', { exact: true })).toBeVisible();
  // Nothing is sent while a file is still on its way.
  await expect(agent.page.getByRole('button', { name: 'Send', exact: true })).toBeEnabled();
  await agent.reply('Our prices');
  const link = customer.chat.getByRole('link', { name: /price list\.txt/ });
  await expect(link).toBeVisible();
  const [download] = await Promise.all([customer.page.waitForEvent('download'), link.click()]);
  expect(readFileSync((await download.path())!, 'utf8')).toBe('blue: 12\ngreen: 14\n');
});

test('a page in disguise is never shown as a page', async ({ product }) => {
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

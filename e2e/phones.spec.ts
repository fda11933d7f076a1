import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Locator, test } from '@playwright/test';
import { Simulator } from './fixtures/simulator';

// The page of phones, alone: a person writes, taps, edits and blocks, and the providers' side tells of it.

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let simulator: Simulator;

test.beforeAll(async () => {
  test.setTimeout(900_000); // the first build
  simulator = await Simulator.start('--accounts');
});

test.afterAll(() => simulator?.stop());

async function menuOf(bubble: Locator, item: string) {
  await bubble.click({ button: 'right' });
  await bubble.page().getByRole('menuitem', { name: item }).click();
}

test('a person chats with a bot: start, buttons, reply, edit, reaction, delete, block', async ({ page }) => {
  const bot = await simulator.account('telegram');
  await page.goto(`${simulator.url}/#phone=noor`);
  const phone = page.locator('#telegram');
  await phone.getByRole('button', { name: 'START' }).click();
  await phone.getByLabel('Message', { exact: true }).fill('hallo 😀');
  await page.keyboard.press('Enter');
  const own = phone.locator('.row--own').filter({ hasText: 'hallo' });
  await expect(own).toBeVisible();

  const keyboard = { inline_keyboard: [[{ text: 'Ja', callback_data: 'ja' }]] };
  await simulator.post(`/bot${bot.token}/sendMessage`, { chat_id: 7391004482, text: 'Dag <b>Noor</b>', parse_mode: 'HTML', reply_markup: keyboard });
  const theirs = phone.locator('.row--theirs').filter({ hasText: 'Dag Noor' });
  await expect(theirs.locator('strong')).toHaveText('Noor');
  await theirs.getByRole('button', { name: 'Ja', exact: true }).click();
  await menuOf(theirs.locator('.words'), 'Reply');
  await phone.getByLabel('Message', { exact: true }).fill('antwoord');
  await page.keyboard.press('Enter');
  const reply = phone.locator('.row--own').filter({ has: page.locator('.quote') });
  await expect(reply).toContainText('antwoord');
  await menuOf(reply.locator('.words'), 'Edit');
  await phone.getByLabel('Message', { exact: true }).fill('beter antwoord');
  await page.keyboard.press('Enter');
  await expect(reply).toContainText('edited');
  await theirs.locator('.words').click({ button: 'right' });
  await phone.getByRole('button', { name: 'React 🔥' }).click();
  await expect(theirs.locator('.reaction')).toHaveText('🔥');
  await menuOf(own.locator('.words'), 'Delete for everyone');
  await expect(own).toHaveCount(0);
  await phone.getByRole('button', { name: 'More' }).click();
  await phone.getByRole('menuitem', { name: 'Block' }).click();
  await expect(phone.getByRole('button', { name: 'Restart bot' })).toBeVisible();
  const refused = await simulator.post(`/bot${bot.token}/sendMessage`, { chat_id: 7391004482, text: 'x' });
  expect(refused.description).toContain('blocked by the user');

  const ledger = await simulator.get('/control/ledger?phone=noor&what=acted');
  expect(ledger.entries.map((entry: any) => entry.act)).toEqual(['tap', 'edit', 'react', 'delete', 'block']);
});

test('a person chats with a WhatsApp number: voice, place, list, ticks', async ({ page }) => {
  const number = await simulator.account('whatsapp');
  // Without a microphone a tone stands in.
  await page.addInitScript(() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); });
  await page.goto(`${simulator.url}/#phone=ana`);
  const phone = page.locator('#whatsapp');
  await phone.getByRole('button', { name: 'Record a voice message' }).click();
  await page.waitForTimeout(1200);
  await phone.getByRole('button', { name: 'Send voice message' }).click();
  await expect(phone.locator('.voice')).toBeVisible();
  await phone.getByRole('button', { name: 'Attach' }).click();
  await phone.getByRole('button', { name: 'Location' }).click();
  await phone.getByRole('button', { name: 'Share' }).click();
  await expect(phone.locator('.place')).toBeVisible();

  const rows = [{ id: 's', title: 'S' }, { id: 'm', title: 'M' }];
  const list = { type: 'list', body: { text: 'Which size?' }, action: { button: 'Choose a size', sections: [{ title: 'All', rows }] } };
  const message = { messaging_product: 'whatsapp', to: '5511987650321', type: 'interactive', interactive: list };
  await simulator.post(`/v25.0/${number.phone_number_id}/messages`, message, { authorization: `Bearer ${number.token}` });
  await phone.getByRole('button', { name: 'Choose a size' }).click();
  await phone.getByRole('button', { name: 'M', exact: true }).click();
  const chosen = phone.locator('.row--own').filter({ has: page.locator('.quote') });
  await expect(chosen).toContainText('M');

  const sent = await simulator.get('/control/ledger?phone=ana&what=sent');
  expect(sent.entries.map((entry: any) => entry.kind)).toEqual(['voice', 'location', 'text']);
  const chat = await simulator.get(`/control/phones/ana/chats/${encodeURIComponent(number.account)}`);
  expect(chat.messages[0].body.mime).toContain('audio/ogg');
  await expect.poll(async () => (await simulator.get(`/control/phones/ana/chats/${encodeURIComponent(number.account)}`)).messages[2].receipt).toBe('read');
});

for (const scheme of ['light', 'dark'] as const) {
  for (const [width, height] of [[1440, 900], [390, 844]] as const) {
    test(`the page is accessible and fits: ${scheme}, ${width} wide`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(`${simulator.url}/#phone=ana`);
      await expect(page.locator('#telegram .app-head')).toBeVisible();
      if (width > 840) {
        await page.getByRole('button', { name: 'Backstage' }).click();
        await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
      }
      await page.waitForTimeout(400);
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const result = await (window as any).axe.run(document, { resultTypes: ['violations'] });
        return result.violations.map((v: any) => `${v.id}: ${v.nodes.map((n: any) => n.target.join(' ')).join(' | ')}`);
      });
      expect(found).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    });
  }
}

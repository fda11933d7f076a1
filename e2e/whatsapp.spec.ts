import { expect, test } from '@playwright/test';
import { Agent } from './fixtures/people';
import { Product } from './fixtures/product';
import { Phone, Simulator } from './fixtures/simulator';

// Ana and Kenji write to a number from their phones, Eva answers in the inbox.

test.describe.configure({ mode: 'serial' });
test.use({ actionTimeout: 20_000 });

const HOUR_MS = 3_600_000;

let simulator: Simulator;
let product: Product;
let eva: Agent;
let ana: Phone;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(900_000); // the first build
  simulator = await Simulator.start();
  product = await Product.start(simulator.settings);
  eva = await Agent.first(browser, product);
  ana = await Phone.of(browser, simulator, 'ana', 'whatsapp');
});

test.afterAll(async () => {
  await product?.dispose();
  simulator?.stop();
});

test('a number is connected by hand; what is wrong is told at its field', async () => {
  const { page } = eva;
  let details = (_: string): string => '';
  await test.step('the shop gets a number', async () => {
    await ana.app.getByRole('button', { name: 'Create a number' }).click();
    await expect(ana.field).toBeVisible();
    details = await ana.details();
  });
  await page.goto(`${product.url}/settings/channels`);
  await page.getByRole('link', { name: 'Add a channel' }).click();
  await page.getByRole('radio', { name: /WhatsApp/ }).check();
  const token = page.getByRole('textbox', { name: 'Token' });
  const account = page.getByRole('textbox', { name: 'WhatsApp Business Account id' });
  const number = page.getByRole('textbox', { name: 'Phone number id' });

  await test.step('a wrong token, then a wrong number', async () => {
    await token.fill('EAAG0123456789abcdefghijklmnopqrstuvwxyz');
    await account.fill(details('Business account ID (WABA)'));
    await number.fill(details('Phone number ID'));
    await expect(token).toHaveAccessibleDescription(/token/i);
    await expect(token).toHaveAttribute('aria-invalid', 'true');
    await token.fill(details('Token'));
    await number.fill('1234567890');
    await expect(number).toHaveAttribute('aria-invalid', 'true');
  });
  await test.step('all of it right: its permissions are shown, and it is connected', async () => {
    await number.fill(details('Phone number ID'));
    await page.getByRole('textbox', { name: 'App secret' }).fill(details('App secret'));
    const found = page.getByRole('region', { name: 'Account' });
    await expect(found).toContainText('whatsapp_business_messaging');
    await expect(found).toContainText('whatsapp_business_management');
    await page.getByRole('textbox', { name: 'PIN' }).fill('482913');
    await page.getByRole('button', { name: /^Connect \+/ }).click();
    await expect(page.getByRole('region', { name: 'Health' })).toContainText('Nobody has written yet');
    await expect(page.getByRole('list', { name: 'Templates' })).toContainText('order_ready');
  });
});

test('both sides write, with all that WhatsApp has', async () => {
  const { page } = eva;
  await page.goto(`${product.url}/inbox/all`);

  await test.step('a text each way, and its ticks as far as they come', async () => {
    await ana.more('Do not look at this chat');
    await ana.write('Oi! Is the blue one back? 💙');
    await eva.list.getByRole('link').filter({ hasText: 'Is the blue one back?' }).click();
    await expect(eva.message('Is the blue one back?')).toBeVisible();
    await expect(page.getByText(/^closes in 23 h/)).toBeVisible();
    await eva.reply('Yes, since Monday.');
    await expect(ana.theirs('Yes, since Monday.')).toBeVisible();
    const ticks = (words: string) => eva.message('Yes, since Monday.').getByText(words, { exact: true });
    await expect(ticks('Delivered')).toBeAttached();
    await ana.more('Look at this chat');
    await expect(ticks('Seen')).toBeAttached();
  });

  await test.step('pictures, a voice note and a place', async () => {
    await ana.attach('Sample album');
    await expect(eva.thread.getByRole('button', { name: /^Enlarge/ })).toHaveCount(3);
    await ana.record();
    const note = eva.thread.getByRole('article').filter({ has: page.locator('.player') });
    await expect(note.locator('.player__wave path').first()).toHaveAttribute('d', /v\d{3}/);
    await ana.attach('Location');
    await ana.app.getByRole('textbox', { name: 'Name (optional)' }).fill('MASP');
    await ana.app.getByRole('button', { name: 'Share' }).click();
    await expect(eva.message('MASP').getByRole('link', { name: 'Open in OpenStreetMap' })).toHaveAttribute('href', /-23\.56/);
  });

  await test.step('the agent sends a picture and a reaction', async () => {
    await page.locator('.composer input[type=file]').setInputFiles({ name: 'blue.png', mimeType: 'image/png', buffer: PIXEL });
    await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeEnabled();
    await eva.reply('This one?');
    await expect(ana.theirs('This one?').locator('img')).toBeVisible();
    await eva.react(eva.message('Is the blue one back?'), '❤️');
    await expect(ana.own('Is the blue one back?').locator('.reaction')).toHaveText('❤️');
    await ana.react(ana.theirs('This one?'), '👍');
    await expect(eva.message('This one?').getByRole('group', { name: 'Reactions' })).toContainText('👍');
  });

  await test.step('the customer edits one message and deletes another', async () => {
    await ana.write('I come on Munday');
    await expect(eva.message('I come on Munday')).toBeVisible();
    await ana.choose(ana.own('I come on'), 'Edit');
    await ana.field.fill('I come on Monday');
    await ana.field.press('Enter');
    await eva.before(eva.message('I come on Monday'), 'I come on Munday');
    await ana.write('Ups, wrong chat');
    await expect(eva.message('Ups, wrong chat')).toBeVisible();
    await ana.choose(ana.own('Ups, wrong chat'), 'Delete for everyone');
    await expect(eva.message('This message was deleted.')).toBeVisible();
    await expect(eva.message('Ups, wrong chat')).toHaveCount(0);
  });

  await test.step('a menu of choices, and one is chosen', async () => {
    await page.getByRole('button', { name: 'More to send' }).click();
    await page.getByRole('menuitem', { name: 'Menu of choices…' }).click();
    await page.getByRole('textbox', { name: 'What opens the menu' }).fill('Pick a size');
    await page.getByRole('textbox', { name: 'What can be tapped' }).fill('# Sizes\nSmall\nMedium | our favourite');
    await page.getByRole('button', { name: 'Put under the text' }).click();
    await eva.reply('Which size?');
    await ana.app.getByRole('button', { name: 'Pick a size' }).click();
    await ana.app.getByRole('button', { name: /^Medium/ }).click();
    await expect(eva.thread.getByRole('article').last()).toContainText('Medium');
  });
});

test('a refused message says why, and goes out once when it is tried again', async () => {
  const fault = await simulator.post('/control/faults', { method: 'messages', fault: { type: 'fail_later', code: 131049 } });
  await eva.reply('Shall I keep it for you?');
  const refused = eva.message('Shall I keep it for you?');
  await expect(refused.getByRole('alert')).toContainText('WhatsApp holds back marketing to this person');
  await expect(ana.theirs('Shall I keep it for you?')).toHaveCount(0);
  await simulator.call('DELETE', `/control/faults/${fault.id}`);
  await refused.getByRole('button', { name: 'Try again' }).click();
  await expect(ana.theirs('Shall I keep it for you?')).toHaveCount(1);
  await expect(refused.getByRole('alert')).toBeHidden();
  await expect(refused.getByText(/^(Sent|Delivered|Seen)$/)).toBeAttached();
});

test('after a day only a template goes out; its button opens the window again', async () => {
  const { page } = eva;
  const { account } = await simulator.account('whatsapp');
  await test.step('what was written yesterday locks the composer', async () => {
    await simulator.post('/control/clock', { advance_ms: -30 * HOUR_MS });
    await simulator.post('/control/phones/kenji/send', { to: account, text: 'Do you have it in M?' });
    await simulator.get('/control/idle?timeout_ms=5000');
    await simulator.post('/control/clock', { advance_ms: 30 * HOUR_MS });
    await eva.open('Do you have it in M?');
    await expect(page.getByText(/^closed \d+ hours ago$/)).toBeVisible();
    await expect(page.getByText(/more than 24 hours old/)).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Reply' })).toBeHidden();
  });
  await test.step('a template is found, filled and sent', async () => {
    const find = page.getByRole('combobox', { name: 'Find a template' });
    await find.fill('old_promo');
    await expect(page.getByRole('option')).toHaveAttribute('aria-disabled', 'true');
    await find.fill('appoint');
    await find.press('Enter');
    await page.getByRole('button', { name: 'Send template' }).click();
    await expect(page.getByText('Fill this in.')).toHaveCount(3);
    for (const [label, value] of [['Heading, number', '4821'], ['first name', 'Kenji'], ['day', 'Monday']]) {
      await page.getByRole('textbox', { name: label }).fill(value);
    }
    await expect(page.getByRole('group', { name: 'As the customer reads it' })).toContainText('Hi Kenji, we see you on Monday at our shop.');
    await page.getByRole('button', { name: 'Send template' }).click();
    await expect(eva.message('Hi Kenji, we see you on Monday at our shop.')).toBeVisible();
    await expect(eva.message('Hi Kenji').getByText('Delivered', { exact: true })).toBeAttached();
    await expect(page.getByText(/more than 24 hours old/)).toBeVisible();
  });
  await test.step('he taps its button: the window is open', async () => {
    await ana.page.goto(`${simulator.url}/#phone=kenji`);
    await ana.page.reload();
    await ana.theirs('Hi Kenji').getByRole('button', { name: 'Confirm' }).click();
    await expect(eva.thread.getByRole('article').last()).toContainText('Confirm');
    await expect(page.getByText(/^closes in 23 h/)).toBeVisible();
    await eva.reply('See you then.');
    await expect(ana.theirs('See you then.')).toBeVisible();
  });
});

/** A PNG of one pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

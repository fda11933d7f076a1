import { expect, test } from '@playwright/test';
import { Agent } from './fixtures/people';
import { Product } from './fixtures/product';
import { Phone, Simulator } from './fixtures/simulator';

// Noor writes to a bot from her phone, Eva answers in the inbox.

test.describe.configure({ mode: 'serial' });
test.use({ actionTimeout: 20_000 });

let simulator: Simulator;
let product: Product;
let eva: Agent;
let noor: Phone;
let token = '';

test.beforeAll(async ({ browser }) => {
  test.setTimeout(900_000); // the first build
  simulator = await Simulator.start();
  product = await Product.start(simulator.settings);
  eva = await Agent.first(browser, product);
  noor = await Phone.of(browser, simulator, 'noor', 'telegram');
});

test.afterAll(async () => {
  await product?.dispose();
  simulator?.stop();
});

test('a bot is connected by its token; a wrong one is refused in words', async () => {
  await test.step('the shop gets a bot', async () => {
    await noor.app.getByRole('button', { name: 'Create a bot' }).click();
    await expect(noor.app.getByRole('button', { name: 'START' })).toBeVisible();
    token = (await noor.details())('Token');
  });
  const { page } = eva;
  await page.goto(`${product.url}/settings/channels`);
  await page.getByRole('link', { name: 'Add a channel' }).click();
  await page.getByRole('radio', { name: /Telegram/ }).check();
  const field = page.getByRole('textbox', { name: 'Token' });

  await test.step('a wrong token', async () => {
    await field.fill('123456:AAnot-a-token-of-anybody-at-all-000');
    await expect(page.getByText(/Telegram does not know this token/)).toBeVisible();
  });
  await test.step('the right one, tried as it is typed', async () => {
    await field.fill(token);
    const found = page.getByRole('region', { name: 'Account' });
    await expect(found).toContainText('@');
    await page.getByRole('button', { name: /^Connect @/ }).click();
    await expect(page.getByRole('region', { name: 'Health' })).toContainText('Nobody has written yet');
    await page.getByRole('button', { name: 'Check now' }).click();
    await expect(page.getByText('Telegram delivers to Switchboard.')).toBeVisible();
  });
  await test.step('the token is never shown again', async () => {
    await expect(page.getByText(`ends in ${token.slice(-4)}`)).toBeVisible();
    expect(await page.content()).not.toContain(token);
  });
});

test('both sides write, react, edit, delete and quote', async () => {
  const { page } = eva;
  await page.goto(`${product.url}/inbox/all`);

  await test.step('a text each way, with a tick', async () => {
    await noor.app.getByRole('button', { name: 'START' }).click();
    await noor.write('Is de blauwe er weer? 😀');
    const row = eva.list.getByRole('link').filter({ hasText: 'Is de blauwe er weer?' });
    await expect(row).toContainText('Noor');
    await row.click();
    await expect(eva.message('Is de blauwe er weer?')).toBeVisible();
    await eva.reply('Ja, sinds maandag.');
    await expect(noor.theirs('Ja, sinds maandag.')).toBeVisible();
    await expect(eva.message('Ja, sinds maandag.').getByText('Sent', { exact: true })).toBeAttached();
  });

  await test.step('an album is one message, and fills the window', async () => {
    await noor.attach('Sample album');
    const album = eva.thread.getByRole('article').filter({ has: page.locator('.album') });
    await expect(album).toHaveCount(1);
    await expect(album.getByRole('button', { name: /^Enlarge/ })).toHaveCount(3);
    await album.getByRole('button', { name: /^Enlarge/ }).first().click();
    await expect(page.getByText('1 of 3')).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByText('2 of 3')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByText('2 of 3')).toBeHidden();
  });

  await test.step('a voice note has its wave, plays, and speeds up', async () => {
    await noor.record();
    const note = eva.thread.getByRole('article').filter({ has: page.locator('.player') });
    await expect(note.locator('.player__wave path').first()).toHaveAttribute('d', /v\d{3}/);
    await note.getByRole('button', { name: 'Speed: 1×' }).click();
    await expect(note.getByRole('button', { name: 'Speed: 1.5×' })).toBeVisible();
    await note.getByRole('button', { name: 'Play the voice message' }).click();
    await expect(note.getByRole('slider', { name: 'Position' })).not.toHaveValue('0');
  });

  await test.step('a reaction each way', async () => {
    await noor.react(noor.theirs('Ja, sinds maandag.'), '🔥');
    await expect(eva.message('Ja, sinds maandag.').getByRole('group', { name: 'Reactions' })).toContainText('🔥');
    await eva.react(eva.message('Is de blauwe er weer?'), '👍');
    await expect(noor.own('Is de blauwe er weer?').locator('.reaction')).toHaveText('👍');
  });

  await test.step('the customer edits: what it said before is kept', async () => {
    await noor.write('Kan ik ruilen tot vijdag?');
    await expect(eva.message('Kan ik ruilen tot vijdag?')).toBeVisible();
    await noor.choose(noor.own('Kan ik ruilen'), 'Edit');
    await noor.field.fill('Kan ik ruilen tot vrijdag?');
    await noor.field.press('Enter');
    await eva.before(eva.message('Kan ik ruilen tot vrijdag?'), 'Kan ik ruilen tot vijdag?');
  });

  await test.step('the agent edits and deletes', async () => {
    await eva.reply('Tot zaterdach.');
    await expect(noor.theirs('Tot zaterdach.')).toBeVisible();
    const field = page.getByRole('textbox', { name: 'Reply' });
    await field.press('ArrowUp');
    await expect(field).toHaveValue('Tot zaterdach.');
    await field.fill('Tot zaterdag.');
    await field.press('Enter');
    await expect(noor.theirs('Tot zaterdag.')).toContainText('edited');
    await expect(eva.message('Tot zaterdag.').getByRole('button', { name: 'edited' })).toBeVisible();

    await eva.reply('Dit was voor iemand anders.');
    await expect(noor.theirs('Dit was voor iemand anders.')).toBeVisible();
    await expect(eva.message('Dit was voor iemand anders.').getByText('Sent', { exact: true })).toBeAttached();
    await eva.choose(eva.message('Dit was voor iemand anders.'), 'Delete for everyone');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for everyone' }).click();
    await expect(noor.theirs('Dit was voor iemand anders.')).toHaveCount(0);
    await expect(eva.message('This message was deleted.')).toBeVisible();
    await expect(eva.message('Dit was voor iemand anders.')).toHaveCount(0);
  });

  await test.step('buttons under a text, and one is tapped', async () => {
    await page.getByRole('button', { name: 'More to send' }).click();
    await page.getByRole('menuitem', { name: 'Buttons…' }).click();
    await page.getByRole('textbox', { name: 'What can be tapped' }).fill('Maat M\nMaat L');
    await page.getByRole('button', { name: 'Put under the text' }).click();
    await eva.reply('Welke maat?');
    await noor.theirs('Welke maat?').getByRole('button', { name: 'Maat L' }).click();
    await expect(eva.thread.getByRole('article').last()).toContainText('Maat L');
    // The answer shows what it answers.
    await expect(eva.message('Welke maat?')).toHaveCount(2);
  });

  await test.step('a quote jumps to what it quotes', async () => {
    await noor.choose(noor.theirs('Ja, sinds maandag.'), 'Reply');
    await noor.write('Dan kom ik langs.');
    const answer = eva.message('Dan kom ik langs.');
    await expect(answer).toBeVisible();
    const first = eva.thread.getByRole('article').filter({ has: page.getByRole('group', { name: 'Reactions' }), hasText: 'Ja, sinds maandag.' });
    await expect(first).not.toBeInViewport();
    await answer.getByRole('button', { name: /Ja, sinds maandag/ }).click();
    await expect(first).toBeInViewport();
    await expect(first).toBeFocused();
  });
});

test('where a message came from, to its delivery', async () => {
  const { page } = eva;
  await eva.choose(eva.message('Dan kom ik langs.'), 'Where this came from');
  const origin = page.getByRole('dialog', { name: 'Where this came from' });
  await expect(origin).toContainText('Noor');
  await expect(origin).toContainText('Received');
  await origin.getByRole('button', { name: 'Show it' }).click();
  await expect(origin).toContainText('"Dan kom ik langs."');
  await page.keyboard.press('Escape');
  await expect(origin).toBeHidden();
});

test('who blocked the bot cannot be answered, until they come back', async () => {
  const { page } = eva;
  await test.step('blocked', async () => {
    await noor.more('Block');
    await expect(eva.thread.getByText(/blocked/).last()).toBeVisible();
    await expect(page.getByText('Messages do not reach this person')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Reply' })).toBeHidden();
  });
  await test.step('and back', async () => {
    await noor.app.getByRole('button', { name: 'Restart bot' }).click();
    await expect(page.getByRole('textbox', { name: 'Reply' })).toBeVisible();
    await eva.reply('Welkom terug.');
    await expect(noor.theirs('Welkom terug.')).toBeVisible();
  });
});

test('a dead token is told to everybody; reconnected, nothing is lost', async () => {
  const { page } = eva;
  const bot = token.split(':')[0];
  await test.step('what is written now waits, and the inbox says so', async () => {
    await simulator.call('PATCH', `/control/telegram/bots/${bot}`, { revoked: true });
    await eva.reply('Dit wacht even.');
    await expect(page.getByRole('link', { name: 'Look' })).toBeVisible();
    await expect(page.getByText(/^This channel's access has ended/)).toBeVisible();
    await expect(eva.message('Dit wacht even.').getByText('Queued')).toBeAttached();
  });
  await test.step('connected again', async () => {
    await page.getByRole('link', { name: 'Look' }).click();
    await expect(page.getByRole('region', { name: 'Health' })).toContainText(/token/i);
    await page.getByRole('region', { name: 'Health' }).getByRole('button', { name: 'Connect again…' }).click();
    await simulator.call('PATCH', `/control/telegram/bots/${bot}`, { revoked: false });
    const dialog = page.getByRole('dialog', { name: 'Connect again' });
    await dialog.getByRole('textbox', { name: 'Token' }).fill(token);
    await dialog.getByRole('button', { name: /^Connect @/ }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('region', { name: 'Health' })).toContainText('Last message');
  });
  await test.step('what waited has gone out, once, and the history is there', async () => {
    await expect(noor.theirs('Dit wacht even.')).toHaveCount(1);
    await eva.open('Dit wacht even.');
    await expect(eva.message('Welkom terug.')).toBeVisible();
    await expect(eva.message('Dit wacht even.').getByText('Sent', { exact: true })).toBeAttached();
    await noor.write('Fijn, dank je.');
    await expect(eva.message('Fijn, dank je.')).toBeVisible();
  });
});

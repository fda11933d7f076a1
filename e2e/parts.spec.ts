import { Agent, Customer } from './fixtures/people';
import { expect, test } from './fixtures/product';

test.use({ story: 'parts' });
test.describe.configure({ mode: 'serial' });

/** Code of parts of the app that the inbox does not begin with. */
const parts = /\/(split|chunk)_\w+\.wasm$/;

let agent: Agent;

test('the inbox is there before the code of other parts, which then comes by itself', async ({ browser, product }) => {
  agent = await Agent.first(browser, product);
  const { page } = agent;
  let inboxIsThere = false;
  const asked: { url: string; late: boolean }[] = [];
  await page.route(parts, async (route) => {
    asked.push({ url: route.request().url(), late: inboxIsThere });
    await route.continue();
  });
  await page.goto(`${product.url}/inbox/all`);
  await expect(agent.list).toBeVisible();
  inboxIsThere = true;
  await expect.poll(() => asked.some(({ url }) => url.includes('split_settings'))).toBe(true);
  expect(asked.filter(({ late }) => !late)).toEqual([]);

  // With the code here, nothing is asked for any more.
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Channels' })).toBeFocused();
  const before = asked.length;
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('my conv');
  await page.keyboard.press('Enter');
  await expect(agent.list).toBeVisible();
  expect(asked.length).toBe(before);
  await page.unroute(parts);
});

test('a part whose code cannot be fetched says so, and is there at the next try', async ({ product }) => {
  const { page } = agent;
  await page.route(parts, (route) => route.abort());
  await page.goto(`${product.url}/inbox/all`);
  await expect(agent.list).toBeVisible();
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('alert').getByText('could not be loaded')).toBeVisible();
  await page.unroute(parts);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Channels' })).toBeVisible();
});

test('a page that is opened by its address fetches its own code', async ({ product }) => {
  const { page } = agent;
  await page.goto(`${product.url}/settings/profile`);
  await expect(page.getByRole('heading', { name: 'Your profile' })).toBeVisible();
  await page.goto(`${product.url}/settings/members`);
  await expect(page.getByRole('heading', { name: 'Members' })).toBeVisible();
});

test('what opens over a conversation comes and goes without a complaint', async ({ browser }) => {
  const { page } = agent;
  const customer = await Customer.on(browser, await agent.tryUrl());
  await customer.openChat();
  await customer.write('Are you open?');
  await agent.open('Are you open?');
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));

  await page.getByRole('button', { name: 'Emoji' }).click();
  await expect(page.getByRole('button', { name: 'slight smile' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('group', { name: 'Emoji' })).toBeHidden();

  await page.locator('body').press('Shift+?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeHidden();
  expect(complaints).toEqual([]);
});

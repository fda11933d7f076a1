import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from '@playwright/test';
import { Agent, Customer, OWNER } from './fixtures/people';
import { expect, test } from './fixtures/product';

test.use({ story: 'accessibility' });
test.describe.configure({ mode: 'serial' });

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds, a line each. `evaluate` is not held by the page's content security policy. */
async function violations(frame: Page | Frame): Promise<string[]> {
  await frame.evaluate(axe);
  return frame.evaluate(async () => {
    const found = await (window as any).axe.run(document, { iframes: false, resultTypes: ['violations'] });
    return found.violations.map((v: any) => `${v.id}: ${v.nodes.map((n: any) => n.target.join(' ')).join(' | ')}`);
  });
}

let agent: Agent;
let customer: Customer;

test('the pages outside', async ({ page, product }) => {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const address of [product.firstRunUrl!, '/sign-in', '/forgot', '/reset?token=none', '/invite?token=none']) {
      await page.goto(new URL(address, product.url).href);
      await expect(page.getByRole('heading').first()).toBeVisible();
      expect(await violations(page), `${address} ${scheme}`).toEqual([]);
    }
  }
});

test('the inbox, with a conversation open', async ({ browser, product }) => {
  agent = await Agent.first(browser, product);
  expect(await violations(agent.page), 'empty inbox').toEqual([]);
  customer = await Customer.on(browser, await agent.tryUrl());
  await customer.openChat();
  await customer.write('مرحبا، هل المتجر مفتوح؟ 😀');
  await expect(agent.list.getByRole('link').first()).toBeVisible();
  await agent.open('مرحبا');
  await agent.reply('Yes, until six.');
  for (const scheme of ['light', 'dark'] as const) {
    await agent.page.emulateMedia({ colorScheme: scheme });
    for (const width of [1440, 1024, 390]) {
      await agent.page.setViewportSize({ width, height: 900 });
      expect(await violations(agent.page), `thread, ${width}, ${scheme}`).toEqual([]);
    }
  }
  await agent.page.setViewportSize({ width: 1440, height: 900 });
});

test('settings and the API explorer', async ({ product }) => {
  const { data } = await agent.ask('{ channels { id } }');
  const pages = ['channels', 'channels/connect', `channels/${data.channels[0].id}`, 'members', 'workspace', 'audit', 'deliveries', 'profile'];
  for (const scheme of ['light', 'dark'] as const) {
    await agent.page.emulateMedia({ colorScheme: scheme });
    for (const name of pages) {
      await agent.page.goto(`${product.url}/settings/${name}`);
      await expect(agent.page.getByRole('heading').first()).toBeVisible();
      await agent.page.waitForLoadState('networkidle');
      expect(await violations(agent.page), `${name} ${scheme}`).toEqual([]);
    }
    await agent.page.goto(`${product.url}/explorer`);
    await expect(agent.page.getByText(`${OWNER.name} in Bloom & Co`)).toBeVisible();
    expect(await violations(agent.page), `explorer ${scheme}`).toEqual([]);
  }
});

test('pages fit narrow screens without scrolling sideways', async ({ product }) => {
  const { page } = agent;
  const { data } = await agent.ask('{ conversations(view: ALL, first: 1) { nodes { id } } channels { id } }');
  const inbox = ['inbox/all', `inbox/all/c/${data.conversations.nodes[0].id}`];
  const settings = ['channels', 'channels/connect', `channels/${data.channels[0].id}`, 'members', 'workspace', 'audit', 'deliveries', 'profile'];
  for (const width of [1024, 768, 390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    for (const address of [...inbox, ...settings.map((name) => `settings/${name}`)]) {
      await page.goto(`${product.url}/${address}`);
      await expect(page.getByRole('heading').first()).toBeVisible();
      await page.waitForLoadState('networkidle');
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${address} ${width}`).toBeLessThanOrEqual(width);
    }
  }
});

test('on a phone, menus lie inside the screen', async ({ product }) => {
  const { page } = agent;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${product.url}/settings/profile`);
  await expect(page.getByRole('link', { name: 'Your profile' })).toBeInViewport({ ratio: 1 });
  await page.goto(`${product.url}/inbox/all`);
  await page.getByRole('button', { name: 'Views' }).click();
  const views = page.getByRole('navigation', { name: 'Views' });
  await expect(views).toBeInViewport({ ratio: 1 });
  await page.mouse.click(370, 400);
  await expect(views).toBeHidden();
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('the customer page and the widget', async () => {
  for (const scheme of ['light', 'dark'] as const) {
    await customer.page.emulateMedia({ colorScheme: scheme });
    for (const frame of customer.page.frames()) expect(await violations(frame), `${frame.url()} ${scheme}`).toEqual([]);
  }
});

import { Agent, Customer } from './fixtures/people';
import { expect, test } from './fixtures/product';

test.use({ story: 'durability' });
test.describe.configure({ mode: 'serial' });

let agent: Agent;
let customer: Customer;

test('kill -9 in the middle of a conversation: nothing lost or doubled on either screen', async ({ browser, product }) => {
  test.setTimeout(240_000);
  agent = await Agent.first(browser, product);
  customer = await Customer.on(browser, await agent.tryUrl());
  await customer.openChat();
  await customer.write('c1');
  await expect(agent.list.getByRole('link').filter({ hasText: 'c1' })).toBeVisible();
  await agent.open('c1');
  await agent.reply('a1');
  await expect(customer.chat.getByText('a1', { exact: true })).toBeVisible();

  // Both write into the moment of the kill, and while nobody answers.
  await customer.write('c2');
  await product.kill();
  await customer.write('c3');
  const field = agent.page.getByRole('textbox', { name: 'Reply' });
  await field.fill('a2');
  await field.press('Enter');
  await product.restart();

  // No reload: both browsers carry on by themselves.
  for (const words of ['a2', 'c2', 'c3']) {
    await expect(customer.chat.getByText(words, { exact: true })).toHaveCount(1, { timeout: 60_000 });
    await expect(agent.thread.getByText(words, { exact: true })).toHaveCount(1, { timeout: 60_000 });
  }
  await customer.write('c4');
  await expect(agent.thread.getByText('c4', { exact: true })).toBeVisible({ timeout: 60_000 });
  await agent.reply('a3');
  await expect(customer.chat.getByText('a3', { exact: true })).toBeVisible();

  const onScreen = [await customer.said(), await agent.said()];
  for (const said of onScreen) {
    expect([...said].sort()).toEqual(['a1', 'a2', 'a3', 'c1', 'c2', 'c3', 'c4']);
    expect(said.filter((words) => words.startsWith('c'))).toEqual(['c1', 'c2', 'c3', 'c4']);
    expect(said.filter((words) => words.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  }
  await agent.page.reload();
  await expect(agent.thread.getByText('a3', { exact: true })).toBeVisible();
  expect([...(await agent.said())].sort()).toEqual(['a1', 'a2', 'a3', 'c1', 'c2', 'c3', 'c4']);
});

test('a customer who is offline for a minute misses nothing and sends everything once', async () => {
  test.setTimeout(240_000);
  await customer.context.setOffline(true);
  await customer.write('written offline 1');
  await customer.write('written offline 2');
  await agent.reply('said meanwhile');
  await customer.page.waitForTimeout(60_000);
  await customer.context.setOffline(false);

  await expect(customer.chat.getByText('said meanwhile')).toHaveCount(1, { timeout: 60_000 });
  for (const words of ['written offline 1', 'written offline 2']) {
    await expect(agent.thread.getByText(words)).toHaveCount(1, { timeout: 60_000 });
    await expect(customer.chat.getByText(words)).toHaveCount(1);
  }
  const said = await agent.said();
  expect(said.indexOf('written offline 1')).toBeLessThan(said.indexOf('written offline 2'));
});

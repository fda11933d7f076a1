import { Agent, Customer } from './fixtures/people';
import { expect, test } from './fixtures/product';

test.use({ story: 'conversation' });
test.describe.configure({ mode: 'serial' });

let agent: Agent;
let customer: Customer;

test('first run to first answer: both sides live, typing, seen', async ({ browser, product }) => {
  agent = await Agent.first(browser, product);
  customer = await Customer.on(browser, await agent.tryUrl());
  await customer.openChat();
  await customer.write('Is the blue one back in stock?');

  // No reload on the agent's side.
  const row = agent.list.getByRole('link').filter({ hasText: 'Is the blue one back in stock?' });
  await expect(row).toBeVisible();
  await row.click();
  await expect(agent.thread.getByText('Is the blue one back in stock?')).toBeVisible();
  await expect(customer.chat.getByText('Seen').first()).toBeVisible();

  await customer.field.pressSequentially('I am');
  await expect(agent.page.getByText(/typing/).first()).toBeVisible();
  await customer.field.fill('');

  await agent.page.getByRole('textbox', { name: 'Reply' }).pressSequentially('Yes');
  await expect(customer.chat.getByText(/is typing/)).toBeVisible();
  await agent.reply('Yes, since Monday.');
  await expect(customer.chat.getByText('Yes, since Monday.')).toBeVisible();
  await expect(agent.thread.getByText('Seen').last()).toBeAttached();
});

test('a private note stays private', async () => {
  await agent.page.getByRole('group', { name: 'What to write' }).getByRole('button', { name: /Note/ }).click();
  const note = agent.page.getByRole('textbox', { name: 'Private note' });
  await note.fill('She wants size M');
  await note.press('Enter');
  await expect(agent.thread.getByText('She wants size M')).toBeVisible();
  await agent.page.getByRole('group', { name: 'What to write' }).getByRole('button', { name: /Reply/ }).click();
  await agent.reply('Anything else?');
  await expect(customer.chat.getByText('Anything else?')).toBeVisible();
  expect(await customer.said()).toEqual(['Is the blue one back in stock?', 'Yes, since Monday.', 'Anything else?']);
});

test('assign, snooze, close; the customer writes and it is open again', async () => {
  const { page } = agent;
  // A reply takes an unassigned conversation: it is Eva's by now. Give it back and take it again by key.
  await agent.thread.click();
  await page.keyboard.press('s');
  await page.getByRole('menuitem', { name: /Tomorrow/ }).click();
  await expect(agent.thread.getByText(/snoozed/i).last()).toBeVisible();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(agent.thread.getByText(/closed/i).last()).toBeVisible();
  await page.getByRole('button', { name: 'Reopen', exact: true }).click();
  await expect(agent.thread.getByText(/reopened/i).last()).toBeVisible();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Reopen', exact: true })).toBeVisible();

  await customer.write('One more question');
  await expect(agent.list.getByRole('link').filter({ hasText: 'One more question' })).toBeVisible();
  const { data } = await agent.ask('{ conversations(view: ALL, first: 10) { nodes { status assignee { name } } } }');
  expect(data.conversations.nodes).toEqual([{ status: 'OPEN', assignee: { name: 'Eva Lund' } }]);
});

test('a draft is kept on the server', async () => {
  const field = agent.page.getByRole('textbox', { name: 'Reply' });
  const saved = agent.page.waitForResponse((r) => r.url().endsWith('/graphql') && (r.request().postData() ?? '').includes('saveDraft'));
  await field.fill('Half a thought');
  await saved;
  await agent.page.reload();
  await expect(agent.page.getByRole('textbox', { name: 'Reply' })).toHaveValue('Half a thought');
});

test('every act of the story is in the audit log, and its chain holds', async () => {
  const { data } = await agent.ask('{ auditChain { entries verified } auditLog(first: 100) { nodes { action } } }');
  expect(data.auditChain.verified).toBe(true);
  const actions = new Set(data.auditLog.nodes.map((entry: { action: string }) => entry.action));
  for (const action of ['workspace.created', 'message.sent', 'note.added', 'conversation.snoozed', 'conversation.closed', 'deliveries.processed', 'draft.saved']) {
    expect(actions, action).toContain(action);
  }
});

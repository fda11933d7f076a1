import { Agent, Customer, OWNER } from './fixtures/people';
import { expect, test } from './fixtures/product';

test.use({ story: 'team' });
test.describe.configure({ mode: 'serial' });

const SAM = { name: 'Sam Okoro', email: 'sam@bloom.example', password: 'eleven green bicycles in fog' };
let eva: Agent;
let sam: Agent;
let conversationId: string;

test('a wrong password says so, and nothing more', async ({ browser, product }) => {
  eva = await Agent.first(browser, product);
  const stranger = await Agent.in(browser, product);
  await stranger.signIn(OWNER.email, 'not the password at all');
  const refused = stranger.page.getByRole('alert').first();
  await expect(refused).toBeVisible();
  const words = await refused.innerText();
  await stranger.signIn('nobody@bloom.example', 'not the password at all');
  await expect(stranger.page.getByRole('alert').first()).toHaveText(words);
  await expect(stranger.page).toHaveURL(/sign-in/);
  await stranger.context.close();
});

test('an invited colleague joins by the link', async ({ browser, product }) => {
  const { data } = await eva.ask(
    'mutation($email: String!) { inviteMember(email: $email, role: AGENT) { link problem { code } } }',
    { email: SAM.email },
  );
  expect(data.inviteMember.problem).toBeNull();
  sam = await Agent.in(browser, product);
  await sam.page.goto(data.inviteMember.link);
  await sam.page.getByRole('textbox', { name: /name/i }).fill(SAM.name);
  await sam.page.getByRole('textbox', { name: /password/i }).first().fill(SAM.password);
  await sam.page.getByRole('button', { name: /join|accept/i }).click();
  await expect(sam.list).toBeVisible();
});

test('two agents see who looks and who types, and do not answer twice unawares', async ({ browser }) => {
  const customer = await Customer.on(browser, await eva.tryUrl());
  await customer.openChat();
  await customer.write('Who is there?');
  await expect(eva.list.getByRole('link').filter({ hasText: 'Who is there?' })).toBeVisible();
  await eva.open('Who is there?');
  await sam.open('Who is there?');
  await expect(eva.page.getByText(/Sam Okoro.*(viewing|looking|here)/i).first()).toBeVisible();
  await sam.page.getByRole('textbox', { name: 'Reply' }).pressSequentially('Me');
  await expect(eva.page.getByText(/Sam Okoro.*typing/i).first()).toBeVisible();

  // Sam's send knows nothing of Eva's answer: it is held back and shows it.
  const { data } = await eva.ask('{ conversations(view: ALL, first: 1) { nodes { id lastSeq } } }');
  conversationId = data.conversations.nodes[0].id;
  await eva.reply('Eva is.');
  await expect(sam.thread.getByText('Eva is.')).toBeVisible(); // the server has it, not only her own page
  const guarded = await sam.ask(
    'mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id } problem { code } newerMessage { text } } }',
    { input: { conversationId, clientId: crypto.randomUUID(), text: 'Sam is.', lastSeenSeq: data.conversations.nodes[0].lastSeq } },
  );
  expect(guarded.data.sendMessage).toEqual({ message: null, problem: { code: 'NEWER_ANSWER' }, newerMessage: { text: 'Eva is.' } });
  await customer.context.close();
});

test('a member of another workspace gets nothing', async () => {
  await sam.ask('mutation { createWorkspace(name: "Elsewhere") { viewer { workspace { name } } } }');
  await sam.page.reload();
  const { data, errors } = await sam.ask(
    `query($id: ID!) { viewer { workspace { name } } conversations(view: ALL, first: 10) { nodes { id } } conversation(id: $id) { id } node(id: $id) { id } members { name } }`,
    { id: conversationId },
  );
  expect(errors ?? []).toEqual([]);
  expect(data).toEqual({
    viewer: { workspace: { name: 'Elsewhere' } },
    conversations: { nodes: [] },
    conversation: null,
    node: null,
    members: [{ name: SAM.name }],
  });
  const sent = await sam.ask(
    'mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
    { input: { conversationId, clientId: crypto.randomUUID(), text: 'Hello from elsewhere' } },
  );
  expect(sent.errors[0].extensions.code).toBe('NOT_FOUND');
});

test('a removed colleague is out at once', async () => {
  const { data } = await eva.ask('{ members { id name } }');
  const id = data.members.find((member: { name: string }) => member.name === SAM.name).id;
  await eva.ask('mutation($id: ID!) { removeMember(memberId: $id) { problem { code } } }', { id });
  const switched = await sam.ask('query { viewer { memberships { workspace { name } } } }');
  expect(switched.data.viewer.memberships).toEqual([{ workspace: { name: 'Elsewhere' } }]);
});

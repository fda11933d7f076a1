import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Agent, OWNER } from './fixtures/people';
import { expect, type Product, test } from './fixtures/product';

test.use({ story: 'proof' });

/** As if the password had been given long ago. */
async function muchLater(product: Product): Promise<void> {
  const postgres = path.join(product.dataDir, 'postgres');
  execFileSync(
    'psql',
    ['-h', path.join(postgres, 'run'), '-U', 'postgres', '-d', 'switchboard', '-qc', "update sessions set data = jsonb_set(data, '{proved_at}', '0')"],
    { env: { ...process.env, PGPASSWORD: readFileSync(path.join(postgres, 'superuser-password'), 'utf8').trim() } },
  );
  await product.stop(); // a running one remembers sessions for some seconds
  await product.restart();
}

test('a forgotten browser cannot take a workspace over: the password is asked for once more', async ({ browser, product }) => {
  const eva = await Agent.first(browser, product);
  const { page } = eva;
  const { data } = await eva.ask('{ channels { id } }');
  await muchLater(product);
  await page.goto(`${product.url}/settings/channels/${data.channels[0].id}`);
  const dialog = page.getByRole('dialog', { name: 'Confirm it is you' });
  const password = dialog.getByRole('textbox', { name: 'Password' });

  // Left alone, nothing happens, and the page says so.
  await page.getByRole('button', { name: 'Make a secret' }).click();
  await expect(password).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Nothing was changed')).toBeVisible();

  await page.getByRole('button', { name: 'Make a secret' }).click();
  await password.fill('not the password at all');
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await expect(dialog.getByText('This is not your password.')).toBeVisible();
  await password.fill(OWNER.password);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('it is not shown again')).toBeVisible();

  // For ten minutes it is not asked for again.
  await page.getByRole('button', { name: 'Make a new secret…' }).click();
  await page.getByRole('dialog', { name: 'Make a new secret?' }).getByRole('button', { name: 'Make a new secret' }).click();
  await expect(page.getByText('it is not shown again')).toBeVisible();
  await expect(dialog).toBeHidden();
});

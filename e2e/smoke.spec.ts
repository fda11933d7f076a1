import { expect, test } from './fixtures/product';

test.use({ story: 'smoke' });

test('a fresh server shows its first-run page, and carries on after kill -9', async ({ page, product }) => {
  const health = await page.request.get(`${product.url}/readyz`);
  expect(health.status()).toBe(200);
  expect(product.firstRunUrl).toBeTruthy();

  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  await page.goto(product.firstRunUrl!);
  await expect(page.getByRole('textbox').first()).toBeVisible();
  expect(complaints).toEqual([]);

  await product.kill();
  await product.restart();
  await page.reload();
  await expect(page.getByRole('textbox').first()).toBeVisible();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Server } from '../../demo/servers.ts';
import { TUTORIAL_CHANNEL } from '../../demo/tutorial.ts';
import { logIn, TestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { LoadedShop } from '../support/loaded-shop.ts';

const TABLE = 'id INT PRIMARY KEY, email VARCHAR(60) NOT NULL, note VARCHAR(40) NULL';

type Entered = {
  readonly name: string;
  readonly site: string;
  readonly server: Server;
  readonly as: 'source' | 'target';
};

async function addDatabase(page: Page, { name, site, server, as }: Entered): Promise<void> {
  await page.getByRole('link', { name: 'Databases' }).click();
  await page.getByRole('button', { name: 'Add database' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Site').fill(site);
  await dialog.getByLabel('Hosts').fill(`${server.host}:${server.port}`);
  await dialog.getByLabel('User').fill(as === 'source' ? 'lutra' : 'lutra_load');
  await dialog.getByLabel('Name of the variable').fill(as === 'source' ? 'LUTRA_DB_PASSWORD' : 'LUTRA_LOAD_PASSWORD');
  await dialog.getByLabel('It will be a').selectOption(as);
  await dialog.getByRole('button', { name: 'Test connection' }).click();
  await dialog.getByText('The connection works and nothing is missing.').waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name, exact: true }).waitFor();
}

/** Figures change by events, not by asking; a sign says when they cannot, and the console comes back by itself. */
async function watchEvents(browser: TestBrowser, { stack }: LoadedShop): Promise<void> {
  const page = await browser.page();
  await logIn(page, stack.dir);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`/channels/${TUTORIAL_CHANNEL}`);
  const sign = page.locator('.sidebar .live-sign');
  await sign.getByText('Live').waitFor();
  const seen = new Set<string>();
  const [begun, since] = [asked.length, performance.now()];
  await eventually('the target counts', async () => seen.add(await page.locator('.hop').last().innerText()).size > 6);
  const polls = asked.slice(begun).filter((path) => path.endsWith('/status'));
  const most = 2 + (performance.now() - since) / 5_000;
  assert.ok(polls.length <= most, `asked ${polls.length} times for ${seen.size} statuses, at most ${most}`);

  await stack.stop('admin-api');
  await sign.getByText('Reconnecting').waitFor();
  await browser.picture(page, 'reconnecting');
  await stack.start('admin-api');
  await sign.getByText('Live').waitFor({ timeout: 120_000 });
  await page.getByText('The admin API does not answer.', { exact: false }).waitFor({ state: 'detached' });
}

/** The pictures of the README, when the channel has worked for a while. */
async function takePictures(browser: TestBrowser, { stack }: LoadedShop): Promise<void> {
  for (const [theme, part, name, width] of PICTURES) {
    const page = await browser.page({ theme, language: 'en', width });
    await logIn(page, stack.dir);
    await page.goto(`/channels/${TUTORIAL_CHANNEL}${part}`);
    await page.locator('.panel').nth(1).waitFor();
    await browser.picture(page, name, { fullPage: false });
    await page.context().close();
  }
}

test('console: a newcomer adds databases, makes a channel, watches rows arrive, resolves a poison row, moves a position and rolls the document back', async () => {
  await using flow = await Flow.prepare({
    tables: { customer: TABLE },
    targetTables: { customer: `${TABLE}, UNIQUE KEY (email)` },
  });
  const { from, to } = flow.route;
  const target = `t-${flow.word}`;
  await using browser = await TestBrowser.open(flow.stack.address('admin-api', 'http'));
  const page = await browser.page();
  await logIn(page, flow.stack.dir);
  await addDatabase(page, { name: flow.sourceName, site: 'sh', server: from.server, as: 'source' });
  await addDatabase(page, { name: target, site: 'us', server: to.server, as: 'target' });
  await browser.picture(page, 'databases');

  await page.getByRole('link', { name: 'Channels' }).first().click();
  await page.getByRole('link', { name: 'New channel' }).first().click();
  await page.getByLabel('Name of the pipeline').fill('p');
  await page.getByLabel('Source', { exact: true }).selectOption(flow.sourceName);
  await page.getByLabel('Target', { exact: true }).selectOption(target);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Name of the channel').fill(flow.name);
  await page.getByLabel('Tables of the source').fill(`${from.schema}.*`);
  await page.getByLabel('Tables of the target').fill(`${to.schema}.*`);
  await browser.picture(page, 'new-tables');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Valid', { exact: true }).waitFor();
  const editor = page.getByRole('textbox', { name: 'The document' });
  await editor.press('Control+End');
  await page.keyboard.type('policies: { rowErrors: quarantine }');
  await page.getByText(`${from.schema}.customer`, { exact: true }).first().waitFor();
  await page.getByText('Statements', { exact: true }).first().click();
  await page.getByText(`INSERT INTO \`${to.schema}\`.\`customer\``).first().waitFor();
  await browser.picture(page, 'new-check');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Create the channel' }).click();
  await page.getByRole('heading', { name: flow.name }).waitFor();
  await page.locator('.page-head').getByText('Running').waitFor({ timeout: 60_000 });

  await flow.atSource("INSERT INTO customer VALUES (1, 'liu@example.com', 'first'), (2, 'wang@example.com', NULL)");
  await page.getByRole('cell', { name: `${from.schema}.customer` }).waitFor({ timeout: 60_000 });
  await browser.picture(page, 'channel');
  await flow.atSource("INSERT INTO customer VALUES (3, 'liu@example.com', 'poison')");
  await page.getByText('1 row is in quarantine').waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Look at them' }).click();
  await page.locator('table button.link').first().click();
  await browser.picture(page, 'quarantine-row');
  await page.getByRole('button', { name: 'Change and apply' }).first().click();
  const edit = page.getByRole('dialog').last();
  await edit.getByLabel('email').fill('liu3@example.com');
  await edit.getByRole('button', { name: 'Change and apply' }).click();
  await page.getByText('No row is in quarantine').waitFor({ timeout: 60_000 });
  assert.deepEqual(await flow.atTarget('SELECT id, email FROM customer ORDER BY id'), [
    { id: 1, email: 'liu@example.com' },
    { id: 2, email: 'wang@example.com' },
    { id: 3, email: 'liu3@example.com' },
  ]);

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.locator('.page-head').getByText('Paused').waitFor();
  await flow.until('the loader is paused', ({ loader }) => loader?.state === 'paused');
  await page.getByRole('link', { name: 'Positions' }).click();
  await page.getByRole('button', { name: 'Move' }).click();
  const move = page.getByRole('dialog');
  await move.getByLabel('Move to').selectOption('replayTransactions');
  await move.getByLabel('How many transactions').fill('1');
  await move.getByRole('button', { name: 'Preview' }).click();
  await move.getByText('These changes will be applied again').waitFor();
  await browser.picture(page, 'move');
  await move.getByLabel('I have read what will be left out or repeated.').check();
  await move.getByRole('button', { name: 'Apply them again' }).click();
  await page.getByText('The position is moved.').waitFor();

  await page.getByRole('link', { name: 'Document' }).click();
  await page.getByRole('textbox', { name: 'Document of the channel, as YAML' }).press('Control+End');
  await page.keyboard.type('description: by hand');
  await page.getByRole('button', { name: 'Review and apply' }).click();
  await page.getByRole('dialog').getByText('+description: by hand').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  await page.getByText(`${flow.name} is at revision`).waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  await page
    .getByRole('button', { name: /^Revision \d+$/ })
    .nth(1)
    .click();
  await page.getByRole('dialog').getByText('-description: by hand').waitFor();
  await browser.picture(page, 'revision');
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back to this' }).click();
  const back = page.getByRole('dialog', { name: `Roll ${flow.name} back` });
  await back.getByText('-description: by hand').waitFor();
  await back.getByRole('button', { name: 'Roll back to this' }).click();
  await page.getByText(`${flow.name} is back at revision`).waitFor();
  await page.getByRole('cell', { name: 'rolled back to revision' }).waitFor();
  assert.deepEqual(browser.faults, []);
});

const PAGES = [
  '/',
  '/new',
  '/databases',
  '/alarms',
  '/nodes',
  '/diagnostics',
  '/logs',
  '/audit',
  '/users',
  '/about',
  ...[
    '',
    '/curves',
    '/batches',
    '/positions',
    '/document',
    '/history',
    '/ddl',
    '/quarantine',
    '/counters',
    '/logs',
  ].map((part) => `/channels/NAME${part}`),
];
const PICTURES = [
  ['light', '', 'readme-channel', 1360],
  ['dark', '/batches', 'readme-batches', 1200],
] as const;
const LOOKS = [
  { theme: 'light', language: 'en' },
  { theme: 'dark', language: 'zh' },
  { theme: 'dark', language: 'en', width: 390 },
] as const;

test('console: every page opens in both themes, both languages and on a phone, without a fault, and is accessible; it lives by events', async () => {
  await using shop = await LoadedShop.open();
  await using browser = await TestBrowser.open(shop.stack.address('admin-api', 'http'));
  const found: string[] = [];
  for (const look of LOOKS) {
    const page = await browser.page({ ...look, language: 'en' });
    await logIn(page, shop.stack.dir);
    await page.evaluate((kept) => localStorage.setItem('lutra.preferences', JSON.stringify(kept)), look);
    for (const path of PAGES) {
      await page.goto(path.replace('NAME', TUTORIAL_CHANNEL));
      await page.locator('h1').first().waitFor();
      await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
      const width = 'width' in look ? 'phone' : 'wide';
      const name = path.replace('/channels/NAME', 'channel').replaceAll('/', '-').replace(/^-/, '') || 'channels';
      await browser.picture(page, `page-${name}-${look.theme}-${look.language}-${width}`);
      found.push(...(await browser.accessibilityFaults(page)).map((fault) => `${path} ${look.theme}: ${fault}`));
      const isWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
      if (isWide) found.push(`${path} ${look.theme}: wider than the window`);
    }
    await page.context().close();
  }
  await takePictures(browser, shop);
  await watchEvents(browser, shop);
  assert.deepEqual([...found, ...browser.faults], []);
});

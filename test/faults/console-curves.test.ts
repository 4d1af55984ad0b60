import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import type { History } from '../../services/admin-api/schemas/history.ts';
import { logIn, TestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { Flow } from '../support/flow.ts';
import { makeHistory } from '../support/made-history.ts';
import { Observed } from '../support/observed.ts';

const DAY_MS = 86_400_000;
const LOOKS = [
  { theme: 'light', language: 'en' },
  { theme: 'dark', language: 'zh' },
  { theme: 'dark', language: 'en', width: 390 },
] as const;
const RANGES = [
  { en: '15 min', zh: '15 分钟', lengthMs: 15 * 60_000 },
  { en: '1 day', zh: '1 天', lengthMs: DAY_MS },
  { en: '30 days', zh: '30 天', lengthMs: 30 * DAY_MS },
  { en: '1 year', zh: '1 年', lengthMs: 365 * DAY_MS },
  // The range that a page begins with: what it asked for then is still good enough a second later.
  { en: '1 h', zh: '1 小时', lengthMs: 3_600_000 },
] as const;

/** Whether an answer is a history of this length. */
function isHistoryOf(lengthMs: number, address: string): boolean {
  const { pathname, searchParams } = new URL(address);
  return (
    pathname.endsWith('/history') && Number(searchParams.get('to')) - Number(searchParams.get('from')) === lengthMs
  );
}

/** Texts of the cursor's places from one to the other end. */
async function textsOf(chart: Locator, count: number): Promise<string[]> {
  await chart.press('Home');
  const texts: string[] = [];
  for (let n = 0; n < count; n++) {
    texts.push((await chart.getAttribute('aria-valuetext')) ?? '');
    await chart.press('ArrowRight');
  }
  return texts;
}

test('console: curves of a year of history in both themes and on a phone: a gap stays a gap, and the keyboard reaches it', async () => {
  await using flow = await Flow.open({ tables: { t: 'id INT PRIMARY KEY' } });
  const observed = new Observed(flow.stack);
  const path = `/channels/${flow.name}`;
  const { uid } = await observed.get<{ uid: string }>(path);
  const now = Date.now();
  await makeHistory(flow.stack, `${uid}/p`, ['shop.order', 'shop.item'], now);
  const pointsOf = async (days: number): Promise<number> => {
    const { points } = await observed.get<History>(`${path}/history?points=400&from=${now - days * DAY_MS}&to=${now}`);
    return points.length;
  };
  await eventually('the history is read', async () => (await pointsOf(1)) > 250 && (await pointsOf(365)) > 360, {
    limitMs: 60_000,
  });

  await using browser = await TestBrowser.open(flow.stack.address('admin-api', 'http'));
  const found: string[] = [];
  for (const look of LOOKS) {
    const page = await browser.page({ ...look, language: 'en' });
    await logIn(page, flow.stack.dir);
    await page.evaluate((kept) => localStorage.setItem('lutra.preferences', JSON.stringify(kept)), look);
    await page.goto(`${path}/curves`);
    for (const range of RANGES) {
      const answered = page.waitForResponse((response) => isHistoryOf(range.lengthMs, response.url()));
      await page.getByRole('button', { name: range[look.language], exact: true }).click();
      const { points } = (await (await answered).json()) as History;
      const chart = page.getByRole('slider').first();
      await eventually(`${range.en} is shown`, async () => {
        const drawn = Number(await chart.getAttribute('aria-valuemax')) + 1 - points.length;
        return drawn >= 0 && drawn <= 2;
      });
      await chart.focus();
      await page.keyboard.press('Home');
      for (let n = 0; n < 3; n++) await page.keyboard.press('PageDown');
      const name = `curves-${range.en.replace(' ', '-')}-${look.theme}-${look.language}-${'width' in look ? 'phone' : 'wide'}`;
      await browser.picture(page, name);
      const text = await page.locator('main').innerText();
      assert.doesNotMatch(text, /NaN|undefined|Infinity|Invalid/, name);
    }
    found.push(...(await browser.accessibilityFaults(page)).map((fault) => `${look.theme}: ${fault}`));
    await page.context().close();
  }

  const page = await browser.page();
  await logIn(page, flow.stack.dir);
  await page.goto(`${path}/curves`);
  await page.getByRole('button', { name: '1 day', exact: true }).click();
  const chart = page.getByRole('slider', { name: 'Rows per second' });
  await eventually('a day is shown', async () => Number(await chart.getAttribute('aria-valuemax')) > 250);
  const texts = await textsOf(chart, Number(await chart.getAttribute('aria-valuemax')) + 1);
  const gaps = texts.filter((text) => text.includes('Inserts –'));
  assert.equal(gaps.length, 1, 'one gap, and nothing between its ends');
  assert.ok(
    texts.every((text) => /\d{4}, \d\d:\d\d/.test(text)),
    texts[0],
  );
  const lag = page.locator('.chart').nth(1);
  await lag.getByRole('button', { name: /^Longest/ }).click();
  assert.equal(await lag.getByRole('button', { name: /^Longest/ }).getAttribute('aria-pressed'), 'false');
  await browser.picture(page, 'curves-without-longest');
  await page.getByLabel('Table of the source').fill('shop.none');
  await page.getByText('Nothing happened in this time').waitFor();
  await browser.picture(page, 'curves-empty');
  assert.deepEqual([...found, ...browser.faults], []);
});

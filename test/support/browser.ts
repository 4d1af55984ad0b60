import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BrowserContext, type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { PROJECT_ROOT, readConfig } from '../../stack/config.ts';
import { installBrowser } from '../../stack/install/browser.ts';
import { lineReport } from '../../stack/report.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export type Look = { readonly theme: 'light' | 'dark'; readonly language: 'en' | 'zh'; readonly width?: number };

/** A browser of its own for one test; disposal ends it. Whatever a page logs as an error, or fails to load, is kept in `faults`. */
export class TestBrowser implements AsyncDisposable {
  readonly faults: string[] = [];
  readonly pictures = join(process.env.LUTRA_STACK_DIR ?? join(PROJECT_ROOT, '.stack', 'test'), 'screenshots');
  private readonly browser: Chromium;
  private readonly url: string;
  private readonly anyCertificate: boolean;

  private constructor(browser: Chromium, url: string, anyCertificate: boolean) {
    this.browser = browser;
    this.url = url;
    this.anyCertificate = anyCertificate;
    mkdirSync(this.pictures, { recursive: true });
  }

  /** `url`: of the admin API whose console is looked at; `anyCertificate`: authorities of tests are taken for true. */
  static async open(url: string, { anyCertificate = false } = {}): Promise<TestBrowser> {
    const cache = process.env.LUTRA_CACHE ?? join(PROJECT_ROOT, '.cache');
    const { executable, env } = await installBrowser(cache, lineReport(console.error));
    const browser = await chromium.launch({
      executablePath: executable,
      env: { ...process.env, ...env } as Record<string, string>,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    return new TestBrowser(browser, url, anyCertificate);
  }

  /** A page with cookies of its own. */
  async page(look: Look = { theme: 'light', language: 'en' }): Promise<Page> {
    const { theme, language, width = 1360 } = look;
    const context = await this.browser.newContext({
      baseURL: this.url,
      colorScheme: theme,
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      viewport: { width, height: width < 700 ? 844 : 860 },
      reducedMotion: 'reduce',
      ignoreHTTPSErrors: this.anyCertificate,
    });
    return this.watched(context);
  }

  private async watched(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('console', (message) => {
      // NOTE the browser also logs refusals of the API, which are answers and no faults.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.faults.push(message.text());
      }
    });
    return page;
  }

  /** A picture in `<stack>/screenshots/<name>.png`: of the whole page, or of what the window shows. */
  async picture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
    await page.screenshot({ path: join(this.pictures, `${name}.png`), fullPage });
  }

  /** What axe finds against WCAG 2.2 AA on the page: one line for each element, with the rule. */
  async accessibilityFaults(page: Page): Promise<string[]> {
    await page.evaluate(readFileSync(AXE, 'utf8'));
    return page.evaluate(`axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ' ' + failureSummary)))`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

/** Logs in as the stack's admin. */
export async function logIn(page: Page, dir: string): Promise<void> {
  const access = readConfig(dir)?.access;
  assert.ok(access, 'the stack has an admin');
  await page.goto('/');
  await page.getByLabel('Name').fill(access.user);
  await page.getByLabel('Password').fill(access.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Channels' }).waitFor();
}

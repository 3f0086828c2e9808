/**
 * The report of `hearsay simulate --report` as people see it, in Chromium. Where there is none (Debian:
 * `apt-get install chromium`), these are skipped, and the report's text is still tested elsewhere. Needs
 * `npm run build`.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './cli-process.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const CHROMIUM = [process.env['CHROMIUM'] ?? '', ...PLACES].find((path) => existsSync(path));
if (CHROMIUM === undefined) {
  console.warn(`the report is not looked at in a browser: none of ${PLACES.join(', ')} is there`);
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page, and all that it complained about or asked for. */
interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
}

describe.skipIf(CHROMIUM === undefined)('the report in Chromium', () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearsay-report-'));
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: FLAGS });
    const faults = '[{ "kind": "partition", "at": 1000, "lasts": 1000, "share": 0.3 }]';
    const scenario = `{ "name": "seen", "nodes": 30, "workload": { "announcements": 20 }, "faults": ${faults} }`;
    await writeFile(join(folder, 'seen.json'), scenario);
    const words = [join(folder, 'seen.json'), '--seeds', '2', '--report', join(folder, 'r.html')];
    expect(await runCli(['simulate', ...words])).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(options: BrowserContextOptions = {}): Promise<Opened> {
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().endsWith('/r.html')) complaints.push(request.url());
    });
    await page.goto(`file://${join(folder, 'r.html')}`);
    await page.waitForSelector('html.drawn');
    return { page, complaints };
  }

  it('draws every chart, complains of nothing, and asks for nothing', async () => {
    const { page, complaints } = await open();
    expect(await page.locator('figure').count()).toBe(10);
    expect(await page.locator('figure canvas').count()).toBe(10);
    expect(complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has charts with something in them: %s', async (scheme) => {
    const { page } = await open({ colorScheme: scheme });
    const counts = await page.evaluate(COLOURS_PER_CHART);
    expect(counts).toHaveLength(10);
    expect(Math.min(...(counts as number[]))).toBeGreaterThan(3);
  });

  it('is dark where the reader wants it dark', async () => {
    const backgrounds = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open({ colorScheme });
      backgrounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
    }
    expect(backgrounds).toEqual(['rgb(246, 247, 249)', 'rgb(15, 19, 25)']);
  });

  it('fits a phone', async () => {
    const { page } = await open({ viewport: { width: 360, height: 700 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  it('opens a table beneath a chart from the keyboard', async () => {
    const { page } = await open();
    await page.locator('figure summary').first().press('Enter');
    await expect.poll(() => page.locator('figure details[open] table').count()).toBe(1);
  });

  it('can be printed', async () => {
    const { page } = await open({ colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('says everything in words without its scripts', async () => {
    const { page } = await openWithoutScripts();
    expect(await page.getByRole('heading', { name: 'seen' }).count()).toBe(1);
    expect(await page.locator('table').count()).toBeGreaterThan(10);
    expect(await readFile(join(folder, 'r.html'), 'utf8')).toContain('<title>seen');
  });

  async function openWithoutScripts(): Promise<{ readonly page: Page }> {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(`file://${join(folder, 'r.html')}`);
    return { page };
  }
});

/** Runs in the page: how many different colours each canvas has. */
const COLOURS_PER_CHART = `[...document.querySelectorAll('figure canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
})`;

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import t, { type Test } from 'tap';
import type { Call } from '../../core/call.ts';
import { noChromium, openChromium } from '../../testing/chromium.ts';
import { type SampleKind, finishedSample, sampleRun } from '../../testing/fixtures/sample-run.ts';
import { htmlReporter } from './html-reporter.ts';

const call: Call = { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } };

const pdftotext = '/usr/bin/pdftotext';

async function reportFile(test: Test, kind: SampleKind): Promise<string> {
  const [file] = (await htmlReporter().finish?.(finishedSample(sampleRun(kind)), call)) ?? [];
  const target = path.join(test.testdir({}), 'report.html');
  await writeFile(target, String(file?.content));
  return pathToFileURL(target).href;
}

t.setTimeout(180_000);
t.test('the page in a browser', { skip: noChromium, timeout: 180_000 }, async (t) => {
  await using browser = await openChromium();

  for (const [kind, colorScheme, width] of [
    ['emulated', 'light', 1280],
    ['rejected', 'dark', 1280],
    ['hostile', 'light', 390],
    ['blocked', 'dark', 390],
    ['accepted', 'light', 1280],
  ] as const) {
    await t.test(`axe finds nothing: ${kind}, ${colorScheme}, ${width} px`, { timeout: 60_000 }, async (t) => {
      const url = await reportFile(t, kind);
      // axe runs a script of its own in the page, which the page's policy forbids to everybody else.
      await using context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
      const page = await context.newPage();
      await page.goto(url);
      await page.evaluate("for (const e of document.querySelectorAll('details')) e.open = true");
      const { violations, passes } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze();
      t.same(
        violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .map((node) => node.html)
              .slice(0, 3)
              .join(' ')}`,
        ),
        [],
      );
      t.ok(
        passes.some(({ id }) => id === 'color-contrast'),
        'contrast was measured',
      );
    });
  }

  await t.test('hostile text does nothing, fetches nothing and widens nothing', async (t) => {
    const url = await reportFile(t, 'hostile');
    await using context = await browser.newContext({ viewport: { width: 390, height: 800 } });
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(url);
    t.match(await page.title(), /^REJECTED in a rehearsal/);
    t.same(requests, [url]);
    t.same(complaints, []);
    t.equal(await page.evaluate('document.querySelectorAll("script,img,iframe,[onerror]").length'), 0);
    t.equal(
      await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
      true,
      'the page does not scroll sideways on a phone',
    );
  });

  await t.test('the banner stays in sight on every screenful', async (t) => {
    const url = await reportFile(t, 'emulated');
    for (const width of [1280, 390]) {
      await using context = await browser.newContext({ viewport: { width, height: 700 }, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(url);
      const heightPx = Number(await page.evaluate('document.documentElement.scrollHeight'));
      t.ok(heightPx > 2000);
      for (let top = 0; top < heightPx; top += 650) {
        await page.evaluate(`scrollTo(0, ${top})`);
        const box = await page.locator('.banner strong').boundingBox();
        t.ok(box && box.y >= 0 && box.y < 60, `${width} px wide, ${top} px down`);
      }
    }
  });

  await t.test('a link from the overview shows the card, below the banner, from the keyboard', async (t) => {
    const url = await reportFile(t, 'rejected');
    await using context = await browser.newContext({ viewport: { width: 1280, height: 700 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(url);
    await page.keyboard.press('Tab');
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the results');
    await page.locator('.matrix a[href="#cell-benchmark@win11"]').focus();
    await page.keyboard.press('Enter');
    t.equal(new URL(page.url()).hash, '#cell-benchmark@win11');
    const box = await page.locator('article:target h3').boundingBox();
    const banner = await page.locator('.banner').boundingBox();
    t.ok(box && banner && box.y >= banner.y + banner.height && box.y < 700, 'the heading is in sight');
  });

  await t.test(
    'on paper each page says so',
    { skip: existsSync(pdftotext) ? false : 'pdftotext is not installed: apt-get install poppler-utils' },
    async (t) => {
      const url = await reportFile(t, 'emulated');
      await using context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(url);
      const file = path.join(t.testdir({}), 'report.pdf');
      await page.pdf({ format: 'A4', path: file });
      const { stdout } = await promisify(execFile)(pdftotext, [file, '-']);
      // pdftotext ends each page with a form feed.
      const pages = stdout.split('\f').filter((text) => text.trim() !== '');
      t.ok(pages.length > 2, `${pages.length} pages`);
      for (const [index, text] of pages.entries()) t.match(text, /^\s*emulated, not Windows/, `page ${index + 1}`);
    },
  );
});

import { readdirSync } from 'node:fs';
import t from 'tap';
import { guestName } from '../core/ids.ts';
import { checks, factsFormats } from './index.ts';

t.test('the list holds every folder, once', async (t) => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  t.same(checks.map((check) => String(check.id)).toSorted(), folders.map((folder) => folder.name).toSorted());
});

t.test('every check has a format of its own and says so in its facts', async (t) => {
  t.same(
    factsFormats.map((format) => format.file),
    checks.map((check) => `facts/${check.id}.v1.json`),
  );
  for (const check of checks) {
    const wrong = check.facts.safeParse({ $schema: 'facts/other.v1.json' });
    t.ok(
      wrong.error?.issues.some((issue) => issue.path.join('.') === '$schema' && issue.message.includes(`facts/${check.id}.v1.json`)),
      `${check.id} names its format`,
    );
  }
});

t.test('every check can be asked of every guest', async (t) => {
  for (const os of ['windows-10', 'windows-11'] as const) {
    for (const check of checks) t.equal(check.appliesTo({ name: guestName('g'), os, build: 19045, provider: 'wine' }), undefined);
  }
});

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { assurances } from '../core/assurance.ts';
import { guestName } from '../core/ids.ts';
import { codesOf } from '../testing/ask-check.ts';
import { samplePolicy } from '../testing/fixtures/sample-policy.ts';
import { mixedWith } from '../testing/valid-values.ts';
import { checks, factsFormats } from './index.ts';

const strict = { ...samplePolicy, signature: 'required' } as const;

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

t.test('docs/reference/checks.md describes every check and every finding', async (t) => {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/reference/checks.md'), 'utf8');
  for (const check of checks) {
    const section = page.split(/^## /m).find((text) => text.startsWith(`${check.id}\n`)) ?? '';
    t.ok(section.includes(check.question), `${check.id}: what is asked`);
    t.match(section, check.startsFrom === 'pristine' ? /Starts from a pristine guest/ : /Starts from an installed guest/);
    t.match(section, check.lane === 'host' ? /alone on the host/ : /beside the checks of other guests/);
    const named = new Set(
      [...section.matchAll(/`([a-z-]+)\.([a-z-]+)`/g)].filter(([, room]) => room === check.id).map(([, , code]) => code ?? ''),
    );
    const judges = readdirSync(path.join(import.meta.dirname, check.id)).filter((file) => /^judge(?:-[a-z]+)?\.ts$/.test(file));
    const judge = judges.map((file) => readFileSync(path.join(import.meta.dirname, check.id, file), 'utf8')).join('\n');
    t.same(
      [...named].filter((code) => !judge.includes(`${code}'`)),
      [],
      `${check.id}: no finding is described that there is not`,
    );
    const recorded =
      readdirSync(path.join(import.meta.dirname, check.id, 'facts')).find((file) => /^(?:passed|unsigned)\.json$/.test(file)) ?? '';
    const good = JSON.parse(readFileSync(path.join(import.meta.dirname, check.id, 'facts', recorded), 'utf8')) as object;
    const format = { file: `facts/${check.id}.v1.json`, title: check.title, schema: check.facts };
    const found = fc
      .sample(mixedWith(good, format), 300)
      .flatMap((facts) => assurances.flatMap((assurance) => codesOf(check.judge(facts, strict, assurance))));
    t.same(
      [...new Set(found)].filter((code) => !named.has(code) && !page.includes(`\`${code}\``)),
      [],
      `${check.id}: every answer there is is described`,
    );
  }
});

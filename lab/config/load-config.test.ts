import { readFile } from 'node:fs/promises';
import t from 'tap';
import { LabError } from '../core/error.ts';
import { loadConfig, parseConfig } from './load-config.ts';

const good = await readFile(new URL('../../lab.config.json', import.meta.url), 'utf8');

const problemsIn = (text: string): string => {
  try {
    parseConfig(text, 'lab.config.json');
  } catch (error) {
    if (error instanceof LabError) return error.message;
    throw error;
  }
  return '';
};

t.test('the shipped configuration is valid, has its defaults and is frozen', async (t) => {
  const config = parseConfig(good, 'lab.config.json');
  t.equal(config.keep, 'never');
  t.equal(config.timeouts.checkSeconds, 300);
  t.ok(Object.isFrozen(config.policy.budgets.emulated));
});

t.test('all problems are told at once, with line, column and key', async (t) => {
  const lines = good.split('\n');
  const line = (text: string): number => lines.findIndex((candidate) => candidate.includes(text)) + 1;
  const bad = good
    .replace('"build": 19045', '"build": "19045"')
    .replace('"name": "win11"', '"name": "WIN 11"')
    .replace('"maxNoise"', '"maxNose"');
  const message = problemsIn(bad);
  t.match(message, /has 4 problems/);
  t.match(message, new RegExp(`lab\\.config\\.json:${line('19045')}:\\d+: guests\\[0\\]\\.build: expected number`));
  t.match(message, new RegExp(`lab\\.config\\.json:${line('26100')}:\\d+: guests\\[1\\]\\.name: `));
  t.match(message, /policy\.maxNoise: missing/);
  t.match(message, new RegExp(`lab\\.config\\.json:${line('maxNoise')}:\\d+: policy\\.maxNose is not a key that is known here`));
});

t.test('what is not JSON is told with its place', async (t) => {
  t.match(problemsIn('{\n  "product": {,}\n}'), /lab\.config\.json:2:15: /);
  t.match(problemsIn(''), /has 1 problem/);
  t.match(problemsIn('{ "a": 1 } // no'), /comment/);
});

t.test('a key that stands twice is refused', async (t) => {
  t.match(problemsIn(good.replace('"guests"', '"keep": "never", "keep": "always", "guests"')), /keep stands twice/);
});

t.test('two guests of one name are refused', async (t) => {
  t.match(problemsIn(good.replace('"win11"', '"win10"')), /same name/);
});

t.test('a file that is not there is a usage error that names it', async (t) => {
  await t.rejects(loadConfig('/nowhere/lab.config.json'), {
    code: 'config.unreadable',
    kind: 'usage',
    message: /\/nowhere\/lab\.config\.json/,
  });
});

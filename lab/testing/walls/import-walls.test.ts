import t from 'tap';
import { textOf, trackedFiles } from './tracked-files.ts';
import { violationsOf } from './wall-rules.ts';

t.test('no file reaches over a wall', async (t) => {
  const files = trackedFiles('lab/**/*.ts', 'lab/**/*.tsx', 'lab/*.ts', 'src/**/*.ts', 'src/*.ts');
  t.ok(files.length > 50, `reads the sources (${files.length} files)`);
  for (const file of files) {
    const found = violationsOf(file, textOf(file)).map(({ line, problem, remedy }) => `${file}:${line} ${problem}; ${remedy}`);
    t.same(found, [], file);
  }
});

/** What the rules say of one line in a file. */
const problemOf = (file: string, line: string): string | undefined => violationsOf(file, `\n${line}\n`)[0]?.problem;

t.test('the rules see what they are for', async (t) => {
  const refused: readonly (readonly [file: string, line: string, problem: RegExp])[] = [
    ['lab/core/x.ts', "import { exists } from '../host/files.ts';", /core may import nothing outside itself/],
    ['lab/core/x.ts', "import type { Exists } from '../host/files.ts';", /core may import nothing/],
    ['lab/core/x.ts', "type A = import('../host/files.ts').A;", /core may import nothing/],
    ['lab/core/x.ts', "export { exists } from '../host/files.ts';", /core may import nothing/],
    ['lab/core/x.ts', "export * from '../host/files.ts';", /core may import nothing/],
    ['lab/core/x.ts', "await import('../host/files.ts');", /core may import nothing/],
    ['lab/core/x.ts', 'await import(name);', /computed name/],
    ['lab/core/x.ts', "import { readFile } from 'node:fs/promises';", /imports node:fs\/promises/],
    ['lab/core/x.ts', "import fs from 'fs';", /imports fs/],
    ['lab/steps/build/x.ts', "import { execa } from 'execa';", /imports execa/],
    ['lab/engine/x.ts', 'const a = Date.now();', /uses Date\.now/],
    ['lab/engine/x.ts', 'const a = new Date();', /uses new Date\(\)/],
    ['lab/engine/x.ts', "const a = process.env['HOME'];", /uses process\.env/],
    ['lab/engine/x.ts', "const a = process['env'].HOME;", /uses process\.env/],
    ['lab/engine/x.ts', 'const { env } = process;', /uses process\.env/],
    ['lab/checks/a/check.ts', "import { b } from '../b/judge.ts';", /do not know each other/],
    ['lab/checks/a/check.ts', "import { b } from '../../toolkit/agent/agent.ts';", /checks may import only core/],
    ['lab/reporters/wording/x.ts', "import { b } from '../html/page.ts';", /do not know each other/],
    ['lab/reporters/html/x.ts', "import { b } from '../../engine/journal.ts';", /reporters may import only core/],
    ['lab/flow.ts', "import { b } from './guests/index.ts';", /flow may import only/],
    ['lab/main.ts', "import { b } from './guests/index.ts';", /main may import only/],
    ['lab/cli/x.ts', "import { b } from '../testing/rig.ts';", /only tests may/],
    ['lab/cli/x.ts', "import { b } from '../main.ts';", /cli may import only/],
    ['lab/attic/x.ts', "import { b } from '../core/ids.ts';", /room without rules/],
    ['lab/steps/x.ts', "import { b } from '../../src/main.ts';", /src and lab never meet/],
    ['src/x.ts', "import { b } from '../lab/core/ids.ts';", /src and lab never meet/],
    ['src/x.test.ts', "import { b } from '../lab/core/ids.ts';", /src and lab never meet/],
  ];
  for (const [file, line, problem] of refused) t.match(problemOf(file, line), problem, `${file}: ${line}`);

  const allowed: readonly (readonly [file: string, line: string])[] = [
    ['lab/core/x.ts', "import { z } from 'zod';"],
    ['lab/core/x.ts', 'const at = new Date(text);'],
    ['lab/core/x.ts', "// import { exists } from '../host/files.ts';"],
    ['lab/core/x.test.ts', "import { exists } from '../host/files.ts';"],
    ['lab/host/x.ts', "import { readFile } from 'node:fs/promises';"],
    ['lab/toolkit/agent/guest/x.ts', "import { readFile } from 'node:fs/promises';"],
    ['lab/checks/a/check.ts', "import { b } from '../median.ts';"],
    ['lab/checks/a/check.ts', "import { b } from './judge.ts';"],
    ['lab/reporters/html/x.ts', "import { b } from '../wording/quantity.ts';"],
    ['lab/cli/x.ts', "import { b } from '../guests/index.ts';"],
  ];
  for (const [file, line] of allowed) t.equal(problemOf(file, line), undefined, `${file}: ${line}`);
});

t.test('a violation names the file, the line and what to change', async (t) => {
  t.same(violationsOf('lab/core/x.ts', "\n\nimport { exists } from '../host/files.ts';"), [
    {
      file: 'lab/core/x.ts',
      line: 3,
      problem: 'imports lab/host/files.ts: core may import nothing outside itself',
      remedy: 'change lab/core/x.ts: take it as an argument wired in lab/cli/wiring.ts, or move what both need to lab/core',
    },
  ]);
  t.throws(() => violationsOf('lab/core/x.ts', 'import {'), /lab\/core\/x\.ts/, 'a file that cannot be parsed is not passed over');
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { foreignPrograms, runForeign, without } from './foreign-programs.ts';

t.test('CI installs every one of them', async (t) => {
  const script = await readFile(path.resolve(import.meta.dirname, '../../../.ci/run'), 'utf8');
  const installed = [...script.matchAll(/ \S+:([a-z0-9-]+)(?=\s)/g)].map((match) => match[1]);
  for (const { package: name } of Object.values(foreignPrograms)) t.ok(installed.includes(name), name);
});

t.test('a missing program is named with what installs it', async (t) => {
  t.equal(without(), false, 'nothing is needed');
  t.match(String(without('curl', 'packer')), /^(?:false|not installed: apt-get install (?:curl|packer|curl packer))$/);
});

t.test('they do not go through proxies', async (t) => {
  const { stdout } = await runForeign('/usr/bin/env', [], { env: { http_proxy: 'http://127.0.0.1:9' } });
  t.match(stdout, /^no_proxy=\*$/m);
});

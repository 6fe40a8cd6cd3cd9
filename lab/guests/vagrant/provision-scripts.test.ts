import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { nodesIn, noParser, parseScript } from '../../testing/powershell/parse-scripts.ts';
import { projectRoot } from '../../testing/wine-rig.ts';
import { readCatalogue } from './catalogue.ts';

const folder = path.join(projectRoot, 'vagrant', 'provision');
const scripts = readdirSync(folder).filter((name) => name.endsWith('.ps1'));
const textOf = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

/** A PowerShell of this machine: the one that LAB_PWSH names, or the one on the PATH. */
function findPowerShell(): string | undefined {
  const program = process.env['LAB_PWSH'] ?? 'pwsh';
  try {
    execFileSync(program, ['-NoProfile', '-Command', 'exit 0'], { stdio: 'ignore' });
    return program;
  } catch {
    return undefined;
  }
}
const pwsh = findPowerShell();

t.test('each script of the catalogue is there, and each that is there is used', async (t) => {
  const { machines } = await readCatalogue(path.join(projectRoot, 'vagrant') as typeof projectRoot);
  const used = new Set(machines.flatMap(({ provision }) => provision.map(({ script }) => script)));
  t.same([...used].toSorted(), scripts.filter((name) => name !== 'report.ps1').toSorted());
  for (const { provision } of machines) t.equal(provision.at(-1)?.script, 'uac.ps1', 'what needs a restart comes last');
});

t.test('every script reports under its own name', async (t) => {
  for (const name of scripts.filter((each) => each !== 'report.ps1'))
    t.match(textOf(name), `Write-LabReport -Script '${name.replace('.ps1', '')}'`, name);
  t.match(textOf('report.ps1'), /Set-StrictMode -Version 2\.0[\s\S]*\$ErrorActionPreference = 'Stop'/);
});

t.test('plain ASCII, since Windows PowerShell reads scripts without a mark in the system’s code page', async (t) => {
  // eslint-disable-next-line no-control-regex
  for (const name of scripts) t.notMatch(textOf(name), /[^\u0000-\u007F]/, name);
});

t.test('nothing in them is newer than Windows PowerShell 5.1', async (t) => {
  for (const name of scripts) {
    // a ?? b, a?.b, c && d, c || d, a ? b : c, -AsHashtable
    t.notMatch(textOf(name), /\?\?|\$\w+\?\.|\s&&\s|\s\|\|\s|-AsHashtable|-Parallel\b|ForEach-Object -Parallel|\bclean \{/, name);
  }
});

t.test('the grammar takes them', { skip: noParser }, async (t) => {
  for (const name of scripts) {
    const wrong = [...nodesIn(await parseScript(textOf(name)))].filter((node) => node.type === 'ERROR' || node.isMissing);
    t.same(
      wrong.map((node) => `${node.startPosition.row + 1}: ${node.text.slice(0, 80)}`),
      [],
      name,
    );
  }
});

t.test('PowerShell takes them', { skip: pwsh === undefined && 'no PowerShell: install it and name it with LAB_PWSH' }, async (t) => {
  for (const name of scripts) {
    const ask = `$e = $null; [void][Management.Automation.Language.Parser]::ParseFile('${path.join(folder, name)}', [ref]$null, [ref]$e); $e.Count`;
    t.equal(execFileSync(pwsh ?? '', ['-NoProfile', '-Command', ask], { encoding: 'utf8' }).trim(), '0', name);
  }
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { type SyntaxNode, noParser, nodesIn, parseScript } from '../../testing/powershell/parse-scripts.ts';
import { guestSources } from './guest-sources.ts';
import { type Origin, cimClasses, cmdlets, dotnetTypes, windowsFunctions } from './origins.ts';
import { powershellProgram } from './powershell-program.ts';

const { bootstrap, script, csharp } = await guestSources();
const copierFolder = path.join(import.meta.dirname, '../../transports/winrm/receivers/powershell');
const copier = readFileSync(path.join(copierFolder, 'copier.ps1'), 'utf8');

/** What no script may hold: things that Windows PowerShell 5.1 does not have, or that make code of data. */
const forbidden: readonly (readonly [string, RegExp, string])[] = [
  ['null coalescing', /\?\?/, '$a ?? 1'],
  ['null-conditional access', /\$\{\w+\}\?[.[]/, '${a}?.b'],
  ['the ternary operator', /\$?[\w)\]] \? [^{]/, '$a ? 1 : 2'],
  ['pipeline chains', /&&|\|\|/, 'a && b'],
  ['ConvertFrom-Json -AsHashtable', /-AsHashtable\b/i, 'ConvertFrom-Json -AsHashtable'],
  ['ConvertTo-Json -AsArray', /-AsArray\b/i, 'ConvertTo-Json -AsArray'],
  ['ForEach-Object -Parallel', /-Parallel\b/i, '1 | ForEach-Object -Parallel { }'],
  ['cmdlets of PowerShell 7', /\b(?:Join-String|Test-Json|Get-Error|Get-Uptime|Remove-Service|ConvertFrom-Markdown)\b/i, 'Test-Json'],
  ['variables of PowerShell 7', /\$Is(?:Windows|Linux|MacOS|CoreCLR)\b|\$PSNative\w+|\$PSStyle\b/i, '$IsWindows'],
  ['cmdlets of Windows PowerShell alone', /\b(?:Get-WmiObject|Invoke-WmiMethod|Get-EventLog|New-WebServiceProxy)\b/i, 'Get-WmiObject'],
  ['code out of text', /\bInvoke-Expression\b|\biex\b|\.InvokeScript\(|\bExpandString\(/i, 'Invoke-Expression $a'],
  ['encodings that differ', /-Encoding\s+utf8(?:NoBOM|BOM)\b|\b(?:Get|Set|Add)-Content\b|\bOut-File\b/i, 'Get-Content a'],
  ['paths with wildcards', /\b(?:Remove|Get|Copy|Move|Test)-(?:Item|ChildItem|Path)\b(?!.*-LiteralPath)/i, 'Remove-Item a'],
];

t.test('no construct that 5.1 does not have, and none that makes code of data', async (t) => {
  for (const [what, pattern, sample] of forbidden) {
    t.match(sample, pattern, `${what} would be found`);
    for (const [name, text] of Object.entries({ bootstrap, script, copier })) {
      const found = text.split('\n').filter((line) => !line.trimStart().startsWith('#') && pattern.test(line));
      t.same(found, [], `${name} is without ${what}`);
    }
  }
  // The one that reads the script itself, whose bytes are always the same.
  t.equal(bootstrap.match(/\[ScriptBlock\]::Create/g)?.length, 1);
  t.notMatch(script, /ScriptBlock\]::Create/i);
});

t.test('what is sent does not depend on what is asked, and the command line has room', async (t) => {
  const [first, second] = [await powershellProgram(), await powershellProgram()];
  t.same(first, second);
  t.ok(first.line.length < 8000, `${first.line.length} characters`);
  const opening = Buffer.from(first.opening ?? []);
  const scriptBytes = opening.readInt32LE(0);
  t.equal(opening.subarray(4, 4 + scriptBytes).toString(), script);
  t.equal(opening.readInt32LE(4 + scriptBytes), Buffer.byteLength(csharp));
  t.equal(opening.length, 8 + scriptBytes + Buffer.byteLength(csharp));
  const encoded = first.line.split(' ').at(-1) ?? '';
  t.equal(Buffer.from(encoded, 'base64').toString('utf16le'), bootstrap);
  // Windows PowerShell reads bytes of a script without a byte order mark as it likes; here they travel as UTF-8, and ASCII is the same in all.
  t.match(bootstrap + script, /^[\n\x20-\x7e…]*$/, 'nothing that an encoding could spoil');
});

const namesOf = (origins: readonly Origin[]): readonly string[] => origins.map(({ name }) => name).toSorted();

t.test('every function of Windows that the C# calls is in the table', async (t) => {
  const named = [...csharp.matchAll(/\[DllImport\([^\]]*\)\](?:\s*\[[^\]]*\])?\s+(?:public )?static extern \w+ (\w+)\(/g)];
  const called = named.map(([text, name = '']) => /EntryPoint = "(\w+)"/.exec(text)?.[1] ?? name);
  t.same(called.toSorted(), namesOf(windowsFunctions));
  t.equal(called.length, csharp.match(/DllImport\(/g)?.length);
});

const strictly = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

t.test('the scripts parse, and everything they lean on is in the tables', { skip: noParser }, async (t) => {
  const bad = await parseScript('function { if (');
  t.ok(
    [...nodesIn(bad)].some((node) => node.type === 'ERROR' || node.isMissing),
    'what is wrong is found',
  );
  const called = new Set<string>();
  const own = new Set<string>();
  const types = new Set<string>();
  for (const [name, text] of Object.entries({ bootstrap, script, copier })) {
    const nodes = [...nodesIn(await parseScript(text))];
    const wrong = nodes
      .filter((node) => node.type === 'ERROR' || node.isMissing)
      .map((node: SyntaxNode) => `${node.startPosition.row + 1}: ${node.text}`);
    t.same(wrong, [], `${name} parses`);
    if (name === 'copier') continue;
    for (const node of nodes) {
      if (node.type === 'command_name') called.add(node.text);
      if (node.type === 'function_name') own.add(node.text);
      if (node.type === 'type_literal') types.add(node.text.slice(1, -1));
    }
  }
  const foreign = [...called].filter((name) => ![...own].some((mine) => strictly(mine, name)));
  t.same(foreign.toSorted(), namesOf(cmdlets));
  const known = namesOf(dotnetTypes);
  const unknown = [...types].filter((name) => !name.startsWith('AniVaultLab.') && !known.some((one) => strictly(one, name)));
  t.same(unknown, [], 'each .NET type is in its table');
  t.same(
    known.filter((one) => ![...types].some((name) => strictly(one, name))),
    [],
    'and the table holds no other',
  );
});

t.test('each CIM class that is asked is in the table', async (t) => {
  const asked = [...script.matchAll(/-ClassName (\w+)/g)].map(([, name = '']) => name);
  t.same([...new Set(asked)].toSorted(), namesOf(cimClasses));
});

t.test('nothing of one edition only', async (t) => {
  t.same(
    [...cmdlets, ...cimClasses, ...dotnetTypes, ...windowsFunctions].filter(({ inPowershell7 }) => !inPowershell7),
    [],
  );
});

const pwsh = process.env['LAB_PWSH'];
const noPowerShell = pwsh ? false : 'there is no PowerShell: name one in LAB_PWSH';
t.test('PowerShell itself parses the scripts', { skip: noPowerShell }, async (t) => {
  const parse =
    '$errors = $null; $null = [Management.Automation.Language.Parser]::ParseInput([Console]::In.ReadToEnd(), [ref] $null, [ref] $errors); $errors.Count';
  for (const text of [bootstrap, script, copier])
    t.equal(execFileSync(pwsh ?? '', ['-NoProfile', '-NonInteractive', '-Command', parse], { input: text, encoding: 'utf8' }).trim(), '0');
});

import { execFileSync } from 'node:child_process';
import t from 'tap';
import { toolkitContract } from '../../testing/contracts/toolkit-contract.ts';
import { guestToolRig } from '../../testing/guest-tool-rig.ts';
import { noStandIn, standardProblems } from '../../testing/powershell/powershell-stand-in.ts';
import { compiledTool, noCompiler } from '../../testing/powershell/compiled-tool.ts';
import { residentExchange } from '../agent/resident-exchange.ts';
import { csharpTypes } from './dotnet-origins.ts';
import { guestSources } from './guest-sources.ts';
import { powershellToolkit } from './powershell-toolkit.ts';

t.setTimeout(180_000);

const skip = noCompiler();

t.test('the C# keeps what every toolkit promises', { skip }, async (t) => {
  const { program } = await compiledTool(t);
  const rig = await guestToolRig(t);
  const toolkit = powershellToolkit(residentExchange(rig.connection, async () => program));
  await toolkitContract(t, 'as a program of its own', { ...rig, toolkit, onlyFiles: true });
});

/** Takes a command line apart as the C runtime of Windows does. */
function argumentsIn(line: string): readonly string[] {
  const found: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ') at += 1;
    if (at >= line.length) return found;
    let argument = '';
    for (let quoted = false; at < line.length && (quoted || line[at] !== ' ');) {
      let backslashes = 0;
      while (line[at] === '\\') {
        backslashes += 1;
        at += 1;
      }
      if (line[at] !== '"') {
        argument += '\\'.repeat(backslashes);
        if (at < line.length && (quoted || line[at] !== ' ')) argument += line[at++];
        continue;
      }
      argument += '\\'.repeat(backslashes >> 1);
      if (backslashes % 2 === 1) argument += '"';
      else quoted = !quoted;
      at += 1;
    }
    found.push(argument);
  }
}

t.test('a command line gives the arguments it was made of', { skip }, async (t) => {
  const { file } = await compiledTool(t);
  const args = [
    'plain',
    'a b',
    'c"d',
    'e\\"f',
    'x\\',
    'y z\\\\',
    '',
    '"',
    '\\\\server\\a b\\',
    '日本 🎬',
    '%PATH%',
    "it's",
    '$(x) `y`',
    '^&|<>',
    'tab\there',
  ];
  const line = execFileSync('mono', [file, 'quote', args.join('\n')], { encoding: 'utf8' });
  t.same(argumentsIn(line), ['C:\\a b\\x.exe', ...args]);
});

t.test('every type of .NET that the C# refers to is in the table', { skip }, async (t) => {
  const { file, library } = await compiledTool(t);
  const said = execFileSync('mono', [file, 'types', library], { encoding: 'utf8' }).trim().split('\n');
  // System.Collections.Generic.List`1+Enumerator → Collections.Generic.List
  const names = said.map((name) => name.replace(/^System\./, '').replace(/[`+].*$/, ''));
  t.same([...new Set(names)].toSorted(), csharpTypes.map(({ name }) => name).toSorted());
  t.same(
    csharpTypes.filter(({ since }) => !/^\.NET Framework \d/.test(since)),
    [],
  );
});

t.test('the C# uses no member that .NET Framework has not', { skip: noStandIn() }, async (t) => {
  const { csharp } = await guestSources();
  t.same(await standardProblems(t, csharp), []);
  // In .NET Core 2.0 and Mono, and in no .NET Framework.
  const newer = `${csharp}\nclass Newer { static string[] Of(string text) { return text.Split("ab", System.StringSplitOptions.None); } }`;
  t.match(await standardProblems(t, newer), [/^CS1503: /], 'a newer one would be found');
});

t.test('structures are as large as Windows has them in 64 bits', { skip }, async (t) => {
  const { file } = await compiledTool(t);
  const sizes = Object.fromEntries(
    execFileSync('mono', [file, 'sizes'], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  );
  // sizeof of STARTUPINFOW, STARTUPINFOEXW, PROCESS_INFORMATION, JOBOBJECT_BASIC_LIMIT_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
  // PROCESS_MEMORY_COUNTERS, WINTRUST_FILE_INFO and WINTRUST_DATA
  t.same(sizes, {
    StartupInformation: '104',
    ExtendedStartupInformation: '112',
    ProcessInformation: '24',
    BasicLimitInformation: '64',
    ExtendedLimitInformation: '144',
    MemoryCounters: '72',
    TrustFile: '32',
    TrustData: '88',
  });
});

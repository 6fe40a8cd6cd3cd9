import { boxFactDescription, boxFactNames, isRepairable } from '../../core/box-truth.ts';
import { usualBox } from '../../core/box-policy.ts';
import type { BoxExpectation } from '../../core/box-policy.ts';
import { expectationText } from '../../core/judge-box.ts';
import { csharpTypes } from '../../toolkit/powershell/dotnet-origins.ts';
import { type Origin, cimClasses, cmdlets, dotnetTypes, windowsFunctions } from '../../toolkit/powershell/origins.ts';
import { generatedNote, markdownTable } from './markdown.ts';

const origins = (heading: string, list: readonly Origin[]): string =>
  markdownTable(
    [heading, 'Since'],
    list.map(({ name, since }) => [`\`${name}\``, since]),
  );

const proven: readonly (readonly [string, string])[] = [
  ['C#, all it promises', 'Mono, compiled as C# 5 against System.dll alone, as Windows PowerShell 5.1 compiles it'],
  [
    'C#, started as PowerShell is',
    '.NET 10 for Linux, behind a program that takes PowerShell’s place: the same line, the same bytes, the rig that `LAB_PWSH` gets',
  ],
  ['C#, the functions of Windows', 'Wine 10, in .NET 10 for Windows, over WinRM, behind a program that takes PowerShell’s place'],
  [
    'Scripts',
    'parsed, and searched for what 5.1 does not have; **not run**: no PowerShell could be had. `LAB_PWSH` and `LAB_WINDOWS_PWSH` name one for the tests',
  ],
  ['All of it on Windows 10 and 11', '**nowhere yet**: [`LAB_REAL=1`](../guide/existing-hosts.md#try-a-machine) does'],
];

/** `docs/reference/powershell-toolkit.md`. */
export const powershellPage = (): string => `# The toolkit for Windows

${generatedNote('lab/toolkit/powershell/origins.ts and lab/core')}

How the lab asks a real Windows: through the Windows PowerShell 5.1 that it came with. Nothing is installed. [ADR 22](../adr/0022-csharp-in-windows-powershell.md) says why it is made like this.

- \`powershell.exe\` gets a script of some hundred characters on its command line (\`-EncodedCommand\`). It reads the toolkit's script from standard input, which reads and compiles the toolkit's C# in the same way. Every connection sends the same bytes.
- Then it answers one line of JSON with one line of JSON until its input ends. Questions are data and never become code: there is no text from which code is made but the two that are always the same.
- Files, archives, programs, download marks and signatures are the C#'s business; the script asks what only PowerShell can be asked. Programs run in a job of their own, which ends all they started.
- Answers are held against the JSON Schemas in \`schemas/toolkit/\`, bounded, and compared with what was asked.

## What was proven, and where

${markdownTable(['Part', 'Where it ran'], proven)}

## Cmdlets and programs

A test finds every command in the scripts and demands an entry here. What one edition of PowerShell alone has is refused.

${origins('Name', cmdlets)}

## Classes of CIM

${origins('Class', cimClasses)}

## Types of .NET in the scripts

${origins('Type', dotnetTypes)}

## Types of .NET that the C# refers to

Without \`System.\`. A test compares the list with what a compiler made of the C#; another compiles it against .NET Standard 2.0, all of which .NET Framework 4.7.2 has, so that no member is newer. Windows 10 22H2 and Windows 11 have 4.8.

${origins('Type', csharpTypes)}

## Functions of Windows that the C# calls

${origins('Function', windowsFunctions)}

## What a machine is asked about itself

Before any check, and again after each rewind. What is demanded can be changed in \`policy.box\` of \`lab.config.json\`; where a fatal demand does not hold, all cells of the guest are inconclusive. An emulated guest says \`not applicable: emulated\` to what it has not.

${markdownTable(
  ['Fact', 'What it is', 'Demanded', 'Fatal', 'Put right'],
  boxFactNames.map((name) => {
    const demanded: BoxExpectation | undefined = name in usualBox ? usualBox[name as keyof typeof usualBox] : undefined;
    const [expected, fatal] =
      name === 'osBuild' ? ['the build of the guest', true] : [demanded && expectationText(demanded), demanded?.fatal];
    return [`\`${name}\``, boxFactDescription(name), expected ?? '', fatal ? 'yes' : '', isRepairable(name) ? 'yes' : ''];
  }),
)}
`;

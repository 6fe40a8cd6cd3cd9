import { execFile, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import type { ToolProgram } from '../../toolkit/tool-program.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { guestSources } from '../../toolkit/powershell/guest-sources.ts';

const run = promisify(execFile);

const found = (program: string): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v "${program}"`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Why the C# cannot be compiled and run here; `false` where it can. */
export const noCompiler = (): string | false =>
  found('mcs') && found('mono') ? false : 'there is no Mono: apt-get install mono-mcs mono-runtime';

/** The toolkit's C# as a program of its own, compiled as Windows PowerShell 5.1 does: C# 5, with nothing but System.dll. */
export async function compiledTool(t: Test): Promise<{ readonly file: string; readonly program: ToolProgram }> {
  const folder = await scratchFolder(t);
  const [source, main, file] = ['guest.cs', 'main.cs', 'tool.exe'].map((name) => path.join(folder, name)) as [string, string, string];
  await writeFile(source, (await guestSources()).csharp);
  await writeFile(main, await readFile(path.join(import.meta.dirname, 'tool-main.cs')));
  await run('mcs', ['-langversion:5', '-warn:4', '-warnaserror', '-noconfig', '-r:System.dll', `-out:${file}`, source, main]);
  return { file, program: { name: 'mono', line: `mono ${file}`, shell: 'none', missingCodes: new Set() } };
}

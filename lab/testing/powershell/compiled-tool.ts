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

const AS_WINDOWS_POWERSHELL = ['-langversion:5', '-warn:4', '-warnaserror', '-noconfig', '-r:System.dll'];

/**
 * The toolkit's C# as a program of its own, and by itself as a library; compiled as Windows PowerShell 5.1 does: C# 5, with nothing but System.dll.
 */
export async function compiledTool(t: Test): Promise<{ readonly file: string; readonly library: string; readonly program: ToolProgram }> {
  const folder = await scratchFolder(t);
  const at = (name: string): string => path.join(folder, name);
  const [source, main, file, library] = [at('guest.cs'), at('main.cs'), at('tool.exe'), at('guest.dll')];
  await writeFile(source, (await guestSources()).csharp);
  await writeFile(main, await readFile(path.join(import.meta.dirname, 'tool-main.cs')));
  await run('mcs', [...AS_WINDOWS_POWERSHELL, `-out:${file}`, source, main]);
  await run('mcs', [...AS_WINDOWS_POWERSHELL, '-target:library', `-out:${library}`, source]);
  return { file, library, program: { name: 'mono', line: `mono ${file}`, shell: 'none', missingCodes: new Set() } };
}

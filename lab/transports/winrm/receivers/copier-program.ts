import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ToolkitKind } from '../../../core/guest.ts';
import type { CopierProgram } from '../copy-process.ts';

const SCRIPTS = path.join(import.meta.dirname, 'powershell');

/**
 * How a guest's copier is started. PowerShell gets a short script on its command line, which cmd.exe limits to 8191 characters, and reads the long
 * one from standard input: its length (four bytes, least significant first) and its text.
 */
export async function copierProgram(toolkit: ToolkitKind, powershell = 'powershell.exe'): Promise<CopierProgram> {
  switch (toolkit.kind) {
    case 'agent':
      return { line: `${toolkit.launcher} copy`, skipCmdShell: true };
    case 'powershell': {
      const [bootstrap, copier] = await Promise.all(
        ['bootstrap.ps1', 'copier.ps1'].map((name) => readFile(path.join(SCRIPTS, name), 'utf8')),
      );
      const encoded = Buffer.from(bootstrap ?? '', 'utf16le').toString('base64');
      const text = Buffer.from(copier ?? '');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return {
        // Without `-InputFormat None` PowerShell reads standard input itself, as text.
        line: `${powershell} -NoProfile -NonInteractive -InputFormat None -ExecutionPolicy Bypass -EncodedCommand ${encoded}`,
        skipCmdShell: false,
        opening: Buffer.concat([length, text]),
      };
    }
  }
}

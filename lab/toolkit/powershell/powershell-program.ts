import type { ToolProgram } from '../tool-program.ts';
import { guestSources } from './guest-sources.ts';

/**
 * Windows PowerShell with the toolkit's script. A short script stands on its command line, which cmd.exe limits to 8191 characters, and reads the
 * long one from standard input: its length (four bytes, least significant first) and its text; that one reads the C# it compiles in the same way.
 * Every connection sends the same bytes: what is asked comes after them, as data.
 */
export async function powershellProgram(powershell = 'powershell.exe'): Promise<ToolProgram> {
  const { bootstrap, script, csharp } = await guestSources();
  // -EncodedCommand takes UTF-16. Without `-InputFormat None` PowerShell reads standard input itself, as text; without `-OutputFormat Text` it writes
  // what goes wrong as XML.
  const encoded = Buffer.from(bootstrap, 'utf16le').toString('base64');
  return {
    name: powershell,
    line: `${powershell} -NoProfile -NonInteractive -InputFormat None -OutputFormat Text -ExecutionPolicy Bypass -EncodedCommand ${encoded}`,
    shell: 'cmd',
    opening: Buffer.concat([withLength(script), withLength(csharp)]),
    // 1 is also what it ends with when the script fails.
    missingCodes: new Set([9009]),
  };
}

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

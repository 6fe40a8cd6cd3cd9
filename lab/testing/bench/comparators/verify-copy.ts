import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Call } from '../../../core/call.ts';
import type { WinrmAddress } from '../../../core/guest.ts';
import type { LocalPath, RemotePath } from '../../../core/ids.ts';
import type { Connection } from '../../../core/transport.ts';
import type { CopyWay } from './copy-way.ts';

/**
 * Throws unless the file at the far end holds exactly what was sent: a figure of a way that delivers anything else is void. What came as lines of
 * base64 is fetched and decoded here.
 */
export async function verifyCopy(
  connection: Connection,
  endpoint: WinrmAddress,
  copied: { readonly way: CopyWay; readonly to: RemotePath; readonly sha256: string },
  call: Call,
): Promise<void> {
  const { way, to, sha256 } = copied;
  const found = way.leaves === 'the-file' ? await digestThere(connection, endpoint, to, call) : await digestOfLines(connection, to, call);
  if (found !== sha256) throw new Error(`${way.label} did not deliver what was sent: ${found} and not ${sha256}`);
}

async function digestThere({ run }: Connection, { toolkit }: WinrmAddress, file: RemotePath, call: Call): Promise<string> {
  if (toolkit.kind !== 'agent') throw new Error('only targets with the agent are measured');
  const argument = Buffer.from(JSON.stringify({ path: file })).toString('base64url');
  const { stdout } = await run({ line: `${toolkit.launcher} digest ${argument}`, shell: 'none' }, call);
  return String((JSON.parse(Buffer.from(stdout).toString()) as { sha256?: unknown }).sha256);
}

async function digestOfLines({ get }: Connection, file: RemotePath, call: Call): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-lines-'));
  try {
    const local = path.join(folder, 'lines.txt') as LocalPath;
    await get(file, local, call);
    const hash = createHash('sha256');
    for await (const line of createInterface({ input: createReadStream(local) })) hash.update(Buffer.from(line, 'base64'));
    return hash.digest('hex');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

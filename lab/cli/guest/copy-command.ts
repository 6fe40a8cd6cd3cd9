import path from 'node:path';
import type { Command } from 'commander';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { type LocalPath, type RemotePath, joinRemote } from '../../core/ids.ts';
import type { Connection, DirectoryReceipt, FileReceipt, FileTransferOptions } from '../../core/transport.ts';
import { systemClock } from '../../host/clock.ts';
import { whatIsAt } from '../../host/what-is-at.ts';
import { countText, durationText, sizeText } from '../../reporters/wording/quantity.ts';
import type { CliContext } from '../cli-context.ts';
import { withJson } from '../options.ts';
import { copyProgress } from './copy-progress.ts';
import type { CopyReceipt } from './copy-receipt.ts';
import { type ReachOptions, withPull, withReach } from './login-options.ts';
import { parsePlace } from './remote-place.ts';
import { withConnection } from './with-connection.ts';

type Receipt = FileReceipt | DirectoryReceipt;

/** `lab guest copy`: a file or a folder into a guest or out of it. */
export function addCopy(guest: Command, context: CliContext): void {
  const command = guest
    .command('copy')
    .description('copy a file or a folder into a guest, or out of it')
    .argument('<from>', 'what is to be copied: a path here, or GUEST:C:\\path, where GUEST is what `guest exec` takes')
    .argument('<to>', 'what it is to be called: GUEST:C:\\path, or a path here; with \\ or / at its end, the folder it goes into');
  withJson(withPull(withReach(command)), 'print the receipt as one JSON object').action(
    async (from: string, to: string, options: ReachOptions & { readonly json?: boolean }) => {
      const source = parsePlace(from);
      const target = parsePlace(to);
      const guestPlace = 'guest' in source ? source : 'guest' in target ? target : undefined;
      if (guestPlace === undefined || ('guest' in source && 'guest' in target))
        throw LabError.of('usage.invalid', { problem: 'one of the two has to be in a guest (win11:C:\\file.txt), the other one here' });
      const receipt = await withConnection(guestPlace.guest, options, context, async (connection, call) => {
        using progress = copyProgress(context.stderr, watched(context), systemClock);
        const how: FileTransferOptions = { onProgress: progress.show };
        return 'guest' in source
          ? await fetchFrom(connection, source, path.resolve(context.cwd, target.path), endsAsFolder(target.path), how, call)
          : await sendTo(
              connection,
              path.resolve(context.cwd, source.path),
              target.path as RemotePath,
              'folder' in target && target.folder,
              how,
              call,
            );
      });
      context.stdout.write(options.json ? `${JSON.stringify(forPrograms(receipt))}\n` : told(receipt));
    },
  );
}

const watched = ({ stderr, environment }: CliContext): boolean =>
  stderr.isTTY === true && environment['TERM'] !== 'dumb' && !environment['CI'];

const endsAsFolder = (local: string): boolean => /[\\/]$/.test(local);

async function sendTo(
  connection: Connection,
  local: string,
  to: RemotePath,
  intoFolder: boolean,
  how: FileTransferOptions,
  call: Call,
): Promise<Receipt> {
  const target = intoFolder ? joinRemote(to, path.basename(local)) : to;
  const kind = await whatIsAt(local);
  return kind === 'folder'
    ? await connection.putDirectory(local as LocalPath, target, call, how)
    : await connection.put(local as LocalPath, target, call, how);
}

async function fetchFrom(
  connection: Connection,
  source: { readonly path: RemotePath; readonly folder: boolean },
  local: string,
  intoFolder: boolean,
  how: FileTransferOptions,
  call: Call,
): Promise<Receipt> {
  const name = source.path.slice(source.path.lastIndexOf('\\') + 1);
  const target = (intoFolder || (await whatIsAt(local)) === 'folder' ? path.join(local, name) : local) as LocalPath;
  if (source.folder) return await connection.getDirectory(source.path, target, call, how);
  try {
    return await connection.get(source.path, target, call, how);
  } catch (error) {
    call.signal.throwIfAborted();
    // Only the guest knows what stands there. Whatever refused the file would refuse the folder for the same reason, unless it is one.
    if (!(error instanceof LabError) || !error.code.endsWith('refused')) throw error;
    try {
      return await connection.getDirectory(source.path, target, call, how);
    } catch {
      throw error;
    }
  }
}

/** Field by field: a receipt may carry more some day, and the format has its version. */
function forPrograms(receipt: Receipt): CopyReceipt {
  const { path: where, sizeBytes, durationMs, way, notes } = receipt;
  const both = {
    $schema: 'copy-receipt.v1.json',
    path: where,
    sizeBytes,
    durationMs,
    way,
    ...(notes ? { notes: [...notes] } : {}),
  } as const;
  return 'files' in receipt
    ? { kind: 'folder', ...both, files: receipt.files, treeSha256: receipt.treeSha256 }
    : { kind: 'file', ...both, sha256: receipt.sha256 };
}

/** What arrived, how, and the digest that proves it. */
function told(receipt: Receipt): string {
  const { path: where, sizeBytes, durationMs, way } = receipt;
  const speed = durationMs > 0 && way !== 'already-there' ? `, ${sizeText(Math.round(sizeBytes / (durationMs / 1000)))}/s` : '';
  const what =
    'files' in receipt
      ? `${countText(receipt.files, 'file')}, ${sizeText(sizeBytes)}, SHA-256 of the list ${receipt.treeSha256}`
      : `${sizeBytes} bytes, SHA-256 ${receipt.sha256}`;
  return `${[where, what, `${way}, ${durationText(durationMs)}${speed}`, ...(receipt.notes ?? [])].join('\n  ')}\n`;
}

import { inboxReceiver } from '../winrm/inbox-receiver.ts';
import { ReceiverUnfit, Refused } from '../winrm/receiver.ts';
import { GuestRefused, type GuestSide, type RunInGuest } from './guest-side.ts';

/**
 * What any Windows has: certutil for digests, tar.exe for folders, a process for each step. No PowerShell: it would cost half a second each time, and
 * as a default shell it reads what is meant for others.
 */
export function inboxSide(run: RunInGuest): GuestSide {
  const receiver = inboxReceiver(({ line, skipCmdShell, maxOutputBytes, stdin }, call) =>
    run({ line, shell: skipCmdShell ? 'none' : 'cmd', maxOutputBytes, ...(stdin === undefined ? {} : { stdin }) }, call),
  );
  return {
    digest: async (path, call) => await told(receiver.digest(path, call)),
    treeDigest: async (path, call) => await told(receiver.treeDigest(path, call)),
    placeTree: async (archive, to, treeSha256, call) => await told(receiver.placeTree(archive, to, treeSha256, call)),
    packTree: async (path, archive, call) => await told(receiver.packTree(path, archive, call)),
  };
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refused || error instanceof ReceiverUnfit) throw new GuestRefused(error.message);
    throw error;
  }
}

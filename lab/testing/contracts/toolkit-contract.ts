import type { Test } from 'tap';
import type { Call } from '../../core/call.ts';
import type { RemotePath } from '../../core/ids.ts';
import type { ProgramRun, Toolkit } from '../../core/toolkit.ts';
import { boxContract } from './toolkit/box.ts';
import { descriptionContract } from './toolkit/description.ts';
import { fileContract } from './toolkit/files.ts';
import { measureContract } from './toolkit/measure.ts';
import { runContract } from './toolkit/run.ts';
import { unpackContract } from './toolkit/unpack.ts';

/** A toolkit under test and what the suite needs around it. */
export interface ToolkitRig {
  readonly toolkit: Toolkit;
  /** A Node in the guest: the program that the suite runs. */
  readonly node: RemotePath;
  /** An existing folder in the guest that is the suite's own. */
  readonly scratch: RemotePath;
  /** Makes a file in the guest without the toolkit. */
  readonly place: (to: RemotePath, content: Uint8Array) => Promise<void>;
  /** Whether programs can end with any 32-bit exit code; a test double on another system keeps 8 bits. */
  readonly wideExitCodes: boolean;
  readonly links: GuestLinks;
  /** Whether a measured run has to tell the peak memory. */
  readonly peakMemory: boolean;
  /** Within how many milliseconds a Node has surely started another and both run: how long a test of a time-out lasts. */
  readonly startUpMs: number;
  /** Whether it knows nothing of the machine: PowerShell's C# without PowerShell around it. Absent: it does. */
  readonly onlyFiles?: boolean;
  /** A fresh call for each question, long enough for any of them. */
  readonly call: () => Call;
}

/** How symbolic links come into the guest. */
export interface GuestLinks {
  /** The program that makes one. `to` is relative to where the link is, with `/` between parts. */
  readonly make: (to: string, at: RemotePath) => Pick<ProgramRun, 'executable' | 'args'>;
  /** Whether they are links to the guest as well, which then shows dead ones and can remove any. A guest that cannot must not follow them either. */
  readonly native: boolean;
}

/** A question costs most of a second on a slow guest, and there are many. */
const LIMIT_MS = 300_000;

/**
 * What every toolkit promises, over whatever it talks to its guest. Asks one question at a time and always the same ones, so that a recording of one
 * rig can be played back by a fake.
 */
export async function toolkitContract(t: Test, name: string, rig: ToolkitRig): Promise<void> {
  await t.test(name, { timeout: LIMIT_MS }, async (t) => {
    if (rig.onlyFiles !== true) {
      await descriptionContract(t, rig);
      await boxContract(t, rig);
    }
    await fileContract(t, rig);
    await unpackContract(t, rig);
    await runContract(t, rig);
    await measureContract(t, rig);
  });
}

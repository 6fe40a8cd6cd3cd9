import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import { remotePath } from '../core/ids.ts';
import type { Connection } from '../core/transport.ts';
import { agentToolkit } from '../toolkit/agent/agent-toolkit.ts';
import { bundleGuestTool } from '../toolkit/agent/bundle-guest-tool.ts';
import { agentProgram } from '../toolkit/agent/agent-program.ts';
import { residentExchange } from '../toolkit/agent/resident-exchange.ts';
import { callFor } from './calls.ts';
import type { ToolkitRig } from './contracts/toolkit-contract.ts';
import { hostPathOf, localConnection } from './local-connection.ts';

/** The in-guest tool on this machine, without any guest: quick, and not Windows. */
export interface GuestToolRig extends ToolkitRig {
  readonly connection: Connection;
  /** The command line that starts the tool. */
  readonly launcher: string;
  /** The folder that stands for the guest's drives. */
  readonly root: string;
}

/** Longest any question of a test may take. */
const CALL_MS = 60_000;

/** Bundles the tool into a folder of the test's own and opens a connection to it. */
export async function guestToolRig(t: Test): Promise<GuestToolRig> {
  const folder = t.testdir({ guest: { c: { contract: {}, tools: {} } } });
  const root = path.join(folder, 'guest');
  const tool = path.join(folder, 'guest-tool.cjs');
  await bundleGuestTool(tool);
  const node = remotePath('C:\\tools\\node.exe');
  await symlink(process.execPath, hostPathOf(root, node));
  const connection = localConnection(root);
  t.teardown(() => connection[Symbol.asyncDispose]());
  const launcher = `'${process.execPath}' '${tool}'`;
  return {
    connection,
    launcher,
    root,
    toolkit: agentToolkit(residentExchange(connection, async () => agentProgram(launcher))),
    node,
    scratch: remotePath('C:\\contract'),
    place: async (to, content) => {
      const file = hostPathOf(root, to);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    },
    wideExitCodes: false,
    links: {
      make: (to, at) => ({
        executable: node,
        args: ['-e', "require('fs').symlinkSync(process.argv[1], process.argv[2])", to, hostPathOf(root, at)],
      }),
      native: true,
    },
    peakMemory: true,
    startUpMs: 1500,
    call: () => callFor(CALL_MS),
  };
}

import { open } from 'node:fs/promises';
import type { CopyWay } from './copy-way.ts';
import { OneByOneClient } from './one-by-one.ts';

/** cmd.exe takes 8191 characters; winrmcp keeps to 8000. */
const MOST_LINE_CHARACTERS = 8000;
/** winrmcp's default: Windows once allowed 15 operations a shell. */
const OPERATIONS_PER_SHELL = 15;

/**
 * Copies as winrmcp, Packer and older Vagrant do: `echo BASE64 >> file` for each piece of some 5.9 kB, each a command of its own (Command, Receive,
 * Signal), a new shell after fifteen. What they do next, a PowerShell that decodes the text line by line and another one that removes it, is left
 * out, in their favour.
 */
export const winrmcpStyle: CopyWay = {
  label: 'winrmcp style',
  mostBytes: 500_000,
  leaves: 'base64-lines',
  open: async ({ http, native }) => {
    const client = new OneByOneClient(http);
    return {
      copy: async (local, to, call) => {
        const redirection = ` >> "${native(to)}"`;
        const pieceBytes = Math.floor((MOST_LINE_CHARACTERS - 'echo '.length - redirection.length) / 4) * 3;
        await using file = await open(local, 'r');
        const piece = Buffer.alloc(pieceBytes);
        let shellId: string | undefined;
        for (let operations = 0; ; operations += 1) {
          const { bytesRead } = await file.read(piece, 0, pieceBytes, null);
          if (bytesRead === 0) break;
          if (shellId !== undefined && operations % OPERATIONS_PER_SHELL === 0) {
            await client.closeShell(shellId, call);
            shellId = undefined;
          }
          shellId ??= await client.openShell(call);
          const line = `echo ${piece.toString('base64', 0, bytesRead)}${redirection}`;
          const { exitCode, stderr } = await client.finish(shellId, await client.start(shellId, line, { skipCmdShell: false }, call), call);
          if (exitCode !== 0) throw new Error(`echo ended with ${exitCode}: ${stderr}`);
        }
        if (shellId !== undefined) await client.closeShell(shellId, call);
      },
      [Symbol.asyncDispose]: async () => client[Symbol.dispose](),
    };
  },
};

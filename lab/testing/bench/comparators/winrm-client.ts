import { open } from 'node:fs/promises';
import { runCommand } from 'winrm-client';
import type { CopyWay } from './copy-way.ts';

const MOST_LINE_CHARACTERS = 8000;

/**
 * The npm package winrm-client. It copies nothing by itself, so `echo` lines go through its `runCommand`, as a user of it would do. It cannot
 * seal: it gets the endpoint that also takes plain Basic, which no Windows does unasked. It tells no exit codes.
 */
export const winrmClient: CopyWay = {
  label: 'winrm-client (Basic)',
  mostBytes: 100_000,
  leaves: 'base64-lines',
  open: async ({ http, native }) => {
    const { hostname, port } = new URL(http.url);
    const run = (line: string): Promise<string> => runCommand(line, hostname, http.user, http.password.reveal(), Number(port));
    return {
      copy: async (local, to, call) => {
        const redirection = ` >> "${native(to)}"`;
        const pieceBytes = Math.floor((MOST_LINE_CHARACTERS - 'echo '.length - redirection.length) / 4) * 3;
        await using file = await open(local, 'r');
        const piece = Buffer.alloc(pieceBytes);
        for (;;) {
          call.signal.throwIfAborted();
          const { bytesRead } = await file.read(piece, 0, pieceBytes, null);
          if (bytesRead === 0) return;
          await run(`echo ${piece.toString('base64', 0, bytesRead)}${redirection}`);
        }
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};

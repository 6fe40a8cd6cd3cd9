import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { CopyWay } from './copy-way.ts';
import { OneByOneClient } from './one-by-one.ts';

/** `buffer_size` of Ansible's winrm plugin. */
const PIECE_BYTES = 250_000;

/**
 * The program in the guest, in place of Ansible's PowerShell: takes lines of base64 from its standard input, writes what they hold and prints the
 * SHA-1. Without quotes, dollars, backslashes and per cent signs, so that every shell hands it on as it is.
 */
const RECEIVER = [
  "const fs=require('fs'),file=fs.openSync(Buffer.from(process.argv[1],'base64url').toString(),'w')",
  "hash=require('crypto').createHash('sha1'),room=Buffer.alloc(1<<20)",
].join(',');
const RECEIVE_LOOP = [
  "let kept=[],size;const read=()=>{try{return fs.readSync(0,room)}catch(error){if(error.code==='EOF')return 0;throw error}}",
  'while((size=read())>0){let rest=room.subarray(0,size),end',
  "while((end=rest.indexOf(10))>=0){kept.push(rest.subarray(0,end));const bytes=Buffer.from(Buffer.concat(kept).toString('latin1'),'base64')",
  'hash.update(bytes);fs.writeSync(file,bytes);kept=[];rest=rest.subarray(end+1)}if(rest.length>0)kept.push(Buffer.from(rest))}',
  "fs.closeSync(file);console.log(hash.digest('hex'))",
].join(';');

/**
 * Copies as Ansible's winrm plugin does: one program in the guest reads lines of base64 from its standard input, each Send carries one line of
 * 250,000 bytes and encodes it once more, and each waits for the answer to the one before. SHA-1 on both sides, as there.
 */
export const ansibleStyle: CopyWay = {
  label: 'Ansible style',
  leaves: 'the-file',
  open: async ({ http, native, node }) => {
    const client = new OneByOneClient(http);
    return {
      copy: async (local, to, call) => {
        const hash = createHash('sha1');
        const shellId = await client.openShell(call);
        const target = Buffer.from(native(to)).toString('base64url');
        const commandId = await client.start(
          shellId,
          `${node} -e "${RECEIVER};${RECEIVE_LOOP}" -- ${target}`,
          { skipCmdShell: true },
          call,
        );
        await using file = await open(local, 'r');
        const { size } = await file.stat();
        const piece = Buffer.alloc(PIECE_BYTES);
        for (let at = 0; at < size;) {
          const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, at);
          at += bytesRead;
          const bytes = piece.subarray(0, bytesRead);
          hash.update(bytes);
          await client.send(shellId, commandId, Buffer.from(`${bytes.toString('base64')}\r\n`, 'latin1'), at >= size, call);
        }
        const { exitCode, stdout, stderr } = await client.finish(shellId, commandId, call);
        await client.closeShell(shellId, call);
        if (exitCode !== 0 || stdout.trim() !== hash.digest('hex'))
          throw new Error(`the receiver ended with ${exitCode}: ${stdout}${stderr}`);
      },
      [Symbol.asyncDispose]: async () => client[Symbol.dispose](),
    };
  },
};

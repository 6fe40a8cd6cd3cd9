import { stat } from 'node:fs/promises';
import { PullServer } from '../../../transports/pull/pull-server.ts';
import type { CopyWay } from './copy-way.ts';
import { OneByOneClient } from './one-by-one.ts';

/** What `curl -o` does, in a few lines for the guest's Node; without characters that a shell would change. */
const DOWNLOAD = [
  "const fs=require('fs'),[url,to]=process.argv.slice(1).map((text)=>Buffer.from(text,'base64url').toString()),file=fs.openSync(to,'w')",
  "require('http').get(url,{agent:false},async(answer)=>{if(answer.statusCode!==200)process.exit(22)",
  'for await(const bytes of answer)for(let at=0;at<bytes.length;)at+=fs.writeSync(file,bytes,at);fs.closeSync(file)})',
].join(';');

/**
 * The yardstick of pulling: the same bytes out of the same server over the same way, written to a file, and nothing else. Nothing is looked for
 * before and nothing compared after. Its process is started within the time, as that of a pull is.
 */
export const plainDownload: CopyWay = {
  label: 'plain HTTP download',
  leaves: 'the-file',
  open: async ({ http, native, node }, call) => {
    const { pull: route } = http;
    if (route === undefined) return 'it has no way back to this host';
    const client = new OneByOneClient(http);
    const server = new PullServer(route);
    const shellId = await client.openShell(call);
    return {
      copy: async (local, to, within) => {
        const { size: sizeBytes } = await stat(local);
        await using offer = await server.offer({ file: local, sizeBytes });
        const given = [offer.url, native(to)].map((text) => Buffer.from(text).toString('base64url')).join(' ');
        const commandId = await client.start(shellId, `${node} -e "${DOWNLOAD}" -- ${given}`, { skipCmdShell: true }, within);
        const { exitCode, stderr } = await client.finish(shellId, commandId, within);
        if (exitCode !== 0) throw new Error(`the download ended with ${exitCode}: ${stderr}`);
      },
      [Symbol.asyncDispose]: async () => client[Symbol.dispose](),
    };
  },
};

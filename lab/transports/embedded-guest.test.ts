import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { transportNames } from '../core/guest.ts';
import { type LocalPath, remotePath } from '../core/ids.ts';
import { Masker } from '../core/secret.ts';
import { wineProvider } from '../guests/wine/wine-provider.ts';
import { systemClock } from '../host/clock.ts';
import { callFor } from '../testing/calls.ts';
import { withPassword } from '../testing/contracts/provider/endpoint-probe.ts';
import { toolkitContract } from '../testing/contracts/toolkit-contract.ts';
import { type GuestLine, type TransportCommands, transportContract } from '../testing/contracts/transport-contract.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs, wineLinks } from '../testing/wine-rig.ts';
import { toolkitFor } from '../toolkit/index.ts';
import { transports } from './index.ts';

t.setTimeout(900_000);

const NODE = 'X:\\node.exe';
const FIRST = "const first=Buffer.from(process.argv[1]??'','base64url').toString();";

/** Code for the guest's Node; what it is given travels as base64url, which no quoting can spoil. */
const script = (code: string, value: string | number = ''): GuestLine => ({
  line: `${NODE} -e "${code}" -- ${Buffer.from(String(value)).toString('base64url')}`,
  shell: 'none',
});

const commands: TransportCommands = {
  echo: (text) => script(`${FIRST}process.stdout.write(first)`, text),
  stderr: (text) => script(`${FIRST}process.stderr.write(first)`, text),
  exit: (code) => script(`${FIRST}process.exitCode=Number(first)`, code),
  catStdin: script('process.stdin.pipe(process.stdout)'),
  bigOutput: (sizeBytes) => script(`${FIRST}process.stdout.write('x'.repeat(Number(first)),()=>process.stderr.write('y'))`, sizeBytes),
  sleep: (ms) => script(`${FIRST}process.stdout.write('ready\\n');setTimeout(()=>{},Number(first))`, ms),
  environment: (name) => script(`${FIRST}process.stdout.write(process.env[first]??'')`, name),
  directory: script('process.stdout.write(process.cwd())'),
};

for (const name of transportNames)
  t.test(`the embedded guest over ${name}`, { skip: noWine }, async (t) => {
    const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker() });
    await using lease = await provider.acquire({ ...wineSpecs.win11, transport: name }, { id: 'embedded-contract' }, testCall());
    const transport = transports(systemClock);
    const call = (): ReturnType<typeof callFor> => callFor(120_000);
    const scratch = await scratchFolder(t);
    t.equal(lease.endpoint.transport, name);
    await using connection = await transport.connect(lease.endpoint, call());
    const toolkit = toolkitFor(lease.endpoint.toolkit, connection);
    for (const folder of ['C:\\contract', 'C:\\toolkit'])
      await toolkit.makeTree(remotePath(folder), [{ path: 'made.txt', text: '' }], call());

    await toolkitContract(t, 'toolkit', {
      toolkit,
      node: remotePath(NODE),
      scratch: remotePath('C:\\toolkit'),
      place: async (to, content) => {
        const local = path.join(scratch, 'placed') as LocalPath;
        await writeFile(local, content);
        await connection.put(local, to, call());
      },
      wideExitCodes: true,
      links: wineLinks,
      peakMemory: true,
      startUpMs: 5000,
      call,
    });

    await transportContract(t, 'transport', {
      transport,
      endpoint: lease.endpoint,
      withPassword: (password) => withPassword(lease.endpoint, password),
      commands,
      folder: remotePath('C:\\contract'),
      workingDirectory: remotePath('C:\\contract'),
      startUpMs: 5000,
      loseGuest: async () => {
        await lease[Symbol.asyncDispose]();
      },
      call,
    });
  });

import { parseArgs } from 'node:util';
import { Masker } from '../core/secret.ts';
import { wineProvider } from '../guests/wine/wine-provider.ts';
import { systemClock } from '../host/clock.ts';
import { addressOf } from '../cli/running-guests.ts';
import { transports } from '../transports/index.ts';
import { projectRoot, realFolders, testCall, wineSpecs } from './wine-rig.ts';

// A program that tests start and kill: it acquires an embedded guest, leaves a program running in it that belongs to nobody, says so on standard
// output, and keeps the guest until it is ended.

const { values } = parseArgs({ options: { owner: { type: 'string' }, isolation: { type: 'string' } } });
const isolation = values.isolation === 'none' ? 'none' : 'auto';
const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker(), isolation });
const lease = await provider.acquire(wineSpecs.win11, { id: values.owner ?? 'guest-keeper' }, testCall());
const call = testCall();
await using connection = await transports(systemClock).connect(lease.endpoint, call);
await connection.run({ line: 'start "" /b X:\\node.exe -e "setInterval(()=>{},1000)" loose', shell: 'cmd' }, call);
process.stdout.write(`${JSON.stringify({ url: addressOf(lease.endpoint) })}\n`);
await lease.lost;

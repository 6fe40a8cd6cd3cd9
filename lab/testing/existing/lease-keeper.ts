import { parseArgs } from 'node:util';
import type { GuestSpec } from '../../core/guest.ts';
import { Masker } from '../../core/secret.ts';
import { existingProvider } from '../../guests/existing/existing-provider.ts';
import { systemClock } from '../../host/clock.ts';
import { foldersIn } from '../../host/folders.ts';
import { toolkitFor } from '../../toolkit/index.ts';
import { transports } from '../../transports/index.ts';
import { projectRoot, testCall } from '../wine-rig.ts';

// A program that tests start and kill: it has its turn with a host, says so on standard output, and keeps it. What is secret is in its environment.

const { values } = parseArgs({ options: { spec: { type: 'string' } } });
const provider = existingProvider({
  projectRoot,
  environment: process.env,
  masker: new Masker(),
  folders: foldersIn(process.env),
  clock: systemClock,
  transport: transports(systemClock),
  toolkitFor,
});
const lease = await provider.acquire(JSON.parse(values.spec ?? '') as GuestSpec, { id: 'lease-keeper' }, testCall());
process.stdout.write('has its turn\n');
await lease.lost;

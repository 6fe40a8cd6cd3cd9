import { parseArgs } from 'node:util';
import { addressOf } from '../../cli/running-guests.ts';
import type { LocalPath } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import { vagrantProvider } from '../../guests/vagrant/vagrant-provider.ts';
import { foldersIn } from '../../host/folders.ts';
import { testCall } from '../wine-rig.ts';
import { embeddedSpec } from './vagrant-rig.ts';

// A program that tests start and kill: it makes a machine by Vagrant, says on standard output that it begins and where the machine is, and keeps it.

const { values } = parseArgs({ options: { owner: { type: 'string' }, project: { type: 'string' } } });
const project = JSON.parse(values.project ?? '') as { folder: LocalPath; state: LocalPath; env: Record<string, string> };
const provider = vagrantProvider({
  folders: { ...foldersIn(process.env), state: project.state },
  masker: new Masker(),
  vagrantFolder: project.folder,
  vagrantEnv: project.env,
});
process.stdout.write('begun\n');
const lease = await provider.acquire(embeddedSpec, { id: values.owner ?? 'lease-keeper' }, testCall());
process.stdout.write(`${JSON.stringify({ url: addressOf(lease.endpoint) })}\n`);
await lease.lost;

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import type { Endpoint } from '../../core/guest.ts';
import { systemClock } from '../../host/clock.ts';
import { providerContract } from '../../testing/contracts/provider-contract.ts';
import { leftOf, processesOf } from '../../testing/vagrant/left-of.ts';
import { type VagrantProject, embeddedSpec, noEmbeddedVagrant, vagrantProject } from '../../testing/vagrant/vagrant-rig.ts';
import { testCall } from '../../testing/wine-rig.ts';
import { transports } from '../../transports/index.ts';

t.setTimeout(600_000);

/** Runs a line in a guest and gives what it prints. */
async function say(endpoint: Endpoint, line: string): Promise<string> {
  const call = testCall(60_000);
  await using connection = await transports(systemClock).connect(endpoint, call);
  const result = await connection.run({ line, shell: 'cmd' }, call);
  return Buffer.from(result.stdout).toString().trim();
}

/** Keepers of embedded guests that a project's machines are made of. */
const keepersOf = async (project: VagrantProject): Promise<readonly number[]> =>
  (await processesOf(project)).filter(({ commandLine }) => commandLine.includes('guest start')).map(({ pid }) => pid);

if (noEmbeddedVagrant) t.test('real Vagrant', { skip: noEmbeddedVagrant }, async () => {});
else {
  const project = await vagrantProject(t);
  await providerContract(t, 'vagrant, with embedded guests as machines', {
    provider: project.provider,
    assurance: 'emulated',
    spec: embeddedSpec,
    call: () => testCall(),
    kill: async () => {
      for (const pid of await keepersOf(project)) process.kill(pid, 'SIGKILL');
    },
    orphan: async () => {
      const { folder, state, env } = project;
      const script = path.join(import.meta.dirname, '../../testing/vagrant/lease-keeper.ts');
      const keeper = spawn(process.execPath, ['--no-warnings', script, '--project', JSON.stringify({ folder, state, env })], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(keeper, 'exit');
      for await (const line of createInterface(keeper.stdout)) if (line.startsWith('{')) break;
      keeper.kill('SIGKILL');
      await gone;
    },
    remains: () => leftOf(project),
    trace: {
      leave: async (endpoint) => void (await say(endpoint, 'echo trace> C:\\windows\\system32\\trace.txt')),
      find: async (endpoint) => (await say(endpoint, 'if exist C:\\windows\\system32\\trace.txt echo found')) === 'found',
    },
  });
}

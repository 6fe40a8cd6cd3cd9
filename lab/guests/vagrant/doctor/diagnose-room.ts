import { statfs } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Diagnosis } from '../../../core/guest.ts';
import type { Catalogue, HypervisorName } from '../catalogue.ts';

/** A box twice (the file and what is unpacked of it), and what a machine writes. */
const DISK_BYTES_A_MACHINE = 40e9;
/** What the host itself needs beside the machines. */
const HOST_MEMORY_BYTES = 2e9;
const MIB = 1 << 20;
/** Where Vagrant puts a machine's WinRM first; it looks for others when these are taken. */
const WINRM_PORTS = [55_985, 55_986] as const;

/** Room on the disk that holds Vagrant's boxes. */
export async function diagnoseDisk(home: string, { machines }: Catalogue, hypervisor: HypervisorName): Promise<readonly Diagnosis[]> {
  if (hypervisor === 'embedded') return [];
  const subject = 'disk';
  const folder = await existing(home);
  const { bavail, bsize } = await statfs(folder);
  const [free, wanted] = [bavail * bsize, machines.length * DISK_BYTES_A_MACHINE];
  const message = `${(free / 1e9).toFixed(0)} GB free at ${folder}`;
  if (free >= wanted) return [{ subject, state: 'ok', message }];
  return [
    {
      subject,
      state: free < DISK_BYTES_A_MACHINE ? 'missing' : 'warning',
      message: `${message}, ${(wanted / 1e9).toFixed(0)} GB are wanted for ${machines.length} machines`,
      hint: 'Free some, or move Vagrant’s folder (VAGRANT_HOME) and the hypervisor’s folder of machines to a larger disk.',
    },
  ];
}

/** The nearest folder above that is there. */
async function existing(folder: string): Promise<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    const there = await statfs(at).then(
      () => true,
      () => false,
    );
    if (there || at === path.dirname(at)) return at;
  }
}

/** Memory for all machines at once, since a run has all of them up. */
export function diagnoseMemory({ machines }: Catalogue): Diagnosis {
  const wanted = machines.reduce((sum, { memoryMiB }) => sum + memoryMiB * MIB, HOST_MEMORY_BYTES);
  const message = `${(os.totalmem() / 1e9).toFixed(1)} GB, of which ${(os.freemem() / 1e9).toFixed(1)} free`;
  if (os.totalmem() >= wanted) return { subject: 'memory', state: 'ok', message };
  return {
    subject: 'memory',
    state: 'warning',
    message: `${message}; all machines at once take ${(wanted / 1e9).toFixed(1)} GB`,
    hint: 'Run one guest at a time with --guest, or lower memoryMiB in vagrant/machines.json (Windows 11 wants 4096).',
  };
}

/** The ports that a machine's WinRM is forwarded to. A taken one is no fault: Vagrant takes another. */
export async function diagnosePort(): Promise<readonly Diagnosis[]> {
  return Promise.all(
    WINRM_PORTS.map(async (port): Promise<Diagnosis> => {
      const subject = `port ${port}`;
      if (await isFree(port)) return { subject, state: 'ok', message: 'free' };
      return {
        subject,
        state: 'warning',
        message: 'somebody listens on it',
        hint: 'Vagrant will take another one (2200 to 2250). If it is a machine that a killed lab left behind, `lab clean` removes it.',
      };
    }),
  );
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

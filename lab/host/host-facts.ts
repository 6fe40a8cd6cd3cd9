import os from 'node:os';
import { readTextIfThere } from './files.ts';
import type { HostFacts } from '../core/event.ts';

/** What this machine is, without anything that names a person or a path. */
export async function hostFacts(): Promise<HostFacts> {
  const release = (await readTextIfThere('/etc/os-release').catch(() => undefined)) ?? '';
  // PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
  const pretty = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(release)?.[1];
  return {
    os: pretty ?? `${os.type()} ${os.release()}`,
    kernel: `${os.type()} ${os.release()}`,
    architecture: process.arch,
    logicalProcessors: Math.max(1, os.cpus().length),
    memoryBytes: os.totalmem(),
    node: process.version,
  };
}

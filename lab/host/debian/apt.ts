import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { type ExecResult, exec } from '../exec.ts';
import { exists } from '../files.ts';
import { debianMirrors } from './apt-sources.ts';

const ETC_APT = '/etc/apt';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Runs apt with its state, cache and sources in a folder of its own: nothing of the host's package system is read for facts or changed. */
export interface PrivateApt {
  readonly run: (args: readonly string[], cwd: LocalPath, call: Call) => Promise<ExecResult>;
}

/**
 * Sets a private apt up in `folder` for one Debian suite, with the mirrors, the proxies and the logins that the host's apt has. Needs no
 * root. Throws when the host has no apt, no Debian mirror among its sources, or no keyring to check signatures with.
 */
export async function privateApt(folder: LocalPath, suite: string, call: Call): Promise<PrivateApt> {
  const acquire = await hostAcquireSettings(call);
  const mirrors = await debianMirrors(ETC_APT);
  if (mirrors.length === 0) throw LabError.of('host.no-debian-mirror', { folder: ETC_APT });
  if (!(await exists(KEYRING))) throw LabError.of('host.no-debian-keyring', { file: KEYRING });
  const file = (name: string): string => path.join(folder, name);
  await mkdir(file('state/lists/partial'), { recursive: true });
  await mkdir(file('cache/archives/partial'), { recursive: true });
  await writeFile(
    file('sources.list'),
    mirrors.map((mirror) => `deb [arch=amd64 signed-by=${KEYRING}] ${mirror} ${suite} main\n`).join(''),
  );
  const settings: Readonly<Record<string, string>> = {
    'APT::Architecture': 'amd64',
    'APT::Architectures': 'amd64',
    // Another user could not write into this folder.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Dir::State': file('state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': file('cache'),
    'Dir::Etc::SourceList': file('sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Main': '/dev/null',
    // Hooks in the host's apt.conf.d clean the host's caches.
    'Dir::Etc::Parts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
  };
  const text = [...acquire, ...Object.entries(settings).map(([name, value]) => `${name} "${value}";`)].join('\n');
  await writeFile(file('apt.conf'), `${text}\n`);
  return {
    run: (args, cwd, runCall) => runApt('apt-get', args, runCall, { cwd, env: { APT_CONFIG: file('apt.conf'), LC_ALL: 'C.UTF-8' } }),
  };
}

/** The host's settings for http and https, its proxies among them, as lines of a configuration file. */
async function hostAcquireSettings(call: Call): Promise<readonly string[]> {
  const { stdout } = await runApt('apt-config', ['dump', '--format', '%F "%v";%n', 'Acquire'], call, {});
  return stdout.split('\n').filter((line) => line.startsWith('Acquire::http'));
}

async function runApt(
  program: string,
  args: readonly string[],
  call: Call,
  options: { cwd?: string; env?: Readonly<Record<string, string>> },
): Promise<ExecResult> {
  try {
    const result = await exec(program, args, call, options);
    call.signal.throwIfAborted();
    return result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw LabError.of('host.no-apt', { program }, { cause: error });
    throw error;
  }
}

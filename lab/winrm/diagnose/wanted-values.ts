import type { WinrmConfig } from '../messages/config-schema.ts';
import { finding } from './examination.ts';
import type { Finding } from './finding.ts';
import { remedies, setCommand } from './remedies.ts';

/** A value of the configuration that the lab wants at least. */
interface WantedValue {
  /** Element below `Config`; empty for `Config` itself. */
  readonly section: '' | 'Service' | 'Winrs';
  readonly name: string;
  readonly valueIn: (config: WinrmConfig) => number | undefined;
  readonly least: number;
  /** What Windows 10 and 11 come with, which the remedy goes back to. */
  readonly usual: number;
  /** What a lower value does. */
  readonly otherwise: string;
}

/** What the lab wants of the service's limits ([MS-WSMV] 2.2.4.10 and 2.2.4.42). `docs/guide/winrm.md` has a table of the same. */
export const wantedValues: readonly WantedValue[] = [
  {
    section: '',
    name: 'MaxEnvelopeSizekb',
    valueIn: (config) => config.maxEnvelopeSizeKb,
    least: 500,
    usual: 500,
    otherwise: 'messages of the lab are refused (HTTP 413) or files travel in smaller pieces',
  },
  {
    section: '',
    name: 'MaxTimeoutms',
    valueIn: (config) => config.maxTimeoutMs,
    least: 20_000,
    usual: 60_000,
    otherwise: 'commands that say nothing are asked after more often',
  },
  {
    section: 'Service',
    name: 'MaxConcurrentOperationsPerUser',
    valueIn: (config) => config.service?.maxConcurrentOperationsPerUser,
    least: 100,
    usual: 1500,
    otherwise: 'commands are refused while others run',
  },
  {
    section: 'Service',
    name: 'MaxConnections',
    valueIn: (config) => config.service?.maxConnections,
    least: 25,
    usual: 300,
    otherwise: 'connections are refused while others are open',
  },
  {
    section: 'Winrs',
    name: 'IdleTimeout',
    valueIn: (config) => config.winrs?.idleTimeoutMs,
    least: 180_000,
    usual: 7_200_000,
    otherwise: 'shells are closed between two commands',
  },
  {
    section: 'Winrs',
    name: 'MaxConcurrentUsers',
    valueIn: (config) => config.winrs?.maxConcurrentUsers,
    least: 2,
    usual: 10,
    otherwise: 'the lab is shut out while another user is in',
  },
  {
    section: 'Winrs',
    name: 'MaxProcessesPerShell',
    valueIn: (config) => config.winrs?.maxProcessesPerShell,
    least: 10,
    usual: 25,
    otherwise: 'commands are refused while others run in the same shell',
  },
  {
    section: 'Winrs',
    name: 'MaxMemoryPerShellMB',
    valueIn: (config) => config.winrs?.maxMemoryPerShellMb,
    least: 1024,
    usual: 1024,
    otherwise: 'programs in a shell are ended or fail for want of memory',
  },
  {
    section: 'Winrs',
    name: 'MaxShellsPerUser',
    valueIn: (config) => config.winrs?.maxShellsPerUser,
    least: 15,
    usual: 30,
    otherwise: 'shells are refused while commands and copies run',
  },
];

/** Holds the limits of the service against what the lab wants. One finding for each that is too low, one for all the others. Pure. */
export function judgeLimits(config: WinrmConfig): readonly Finding[] {
  const findings: Finding[] = [];
  const enough: string[] = [];
  const facts: Record<string, number> = {};
  for (const { section, name, valueIn, least, usual, otherwise } of wantedValues) {
    const value = valueIn(config);
    if (value === undefined) continue;
    facts[name] = value;
    // 0 means no limit for what is counted in megabytes.
    if (value >= least || (value === 0 && name === 'MaxMemoryPerShellMB')) {
      enough.push(`${name} ${value}`);
      continue;
    }
    findings.push(
      finding('quota', 'warning', `${value}, and the lab wants ${least} or more: otherwise ${otherwise}`, {
        about: name,
        facts: { value, wanted: least },
        remedy: { fix: 'Raise it.', commands: [setCommand(section.toLowerCase(), name, usual)] },
      }),
    );
  }
  if (enough.length > 0) findings.push(finding('quota', 'ok', `enough: ${enough.join(', ')}`, { facts }));
  return findings;
}

/** What the configuration says about who may come in and how. Pure. */
export function judgePolicy({ service, winrs }: WinrmConfig, loopback: boolean): readonly Finding[] {
  const findings: Finding[] = [];
  if (service?.allowUnencrypted === true && loopback) {
    findings.push(finding('encryption', 'ok', 'AllowUnencrypted is true, on this machine itself', { facts: { allowUnencrypted: true } }));
  } else if (service?.allowUnencrypted === true) {
    const password = service.auth?.basic === true ? ', and with Basic the password too' : '';
    findings.push(
      finding('encryption', 'warning', `AllowUnencrypted is true: over HTTP, commands and files travel in the clear${password}`, {
        facts: { allowUnencrypted: true },
        remedy: remedies.encrypted,
      }),
    );
  } else if (service?.allowUnencrypted === false)
    findings.push(
      finding('encryption', 'ok', 'over HTTP, messages that are not sealed are refused', { facts: { allowUnencrypted: false } }),
    );
  if (winrs?.allowRemoteShellAccess === false)
    findings.push(
      finding('rights', 'failed', 'AllowRemoteShellAccess is false: nobody gets a command shell', { remedy: remedies.remoteShell }),
    );
  return findings;
}

import { namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { readDuration, writeElapsed, writeLimit } from './duration.ts';

/**
 * A shell as the service describes it ([MS-WSMV] 2.2.4.37). What is absent was not said: the answer to Create says less than a look at the shell
 * later, and services differ.
 */
export interface ShellDescription {
  readonly shellId: string;
  readonly name?: string;
  /** What runs in it: the command shell, PowerShell, … */
  readonly resourceUri?: string;
  /** User it belongs to; with the computer or domain before it on some. */
  readonly owner?: string;
  readonly clientIp?: string;
  /** Of the process that hosts the shell. */
  readonly processId?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly lifetimeMs?: number;
  readonly idleTimeoutMs?: number;
  /** Names with a blank between. */
  readonly inputStreams?: string;
  readonly outputStreams?: string;
  readonly maxIdleTimeoutMs?: number;
  readonly locale?: string;
  readonly dataLocale?: string;
  readonly compressionMode?: string;
  readonly profileLoaded?: boolean;
  readonly encoding?: string;
  readonly bufferMode?: string;
  /** `Connected` or `Disconnected`. */
  readonly state?: string;
  /** How long it has existed, in whole seconds. */
  readonly runTimeMs?: number;
  /** How long nobody has used it, in whole seconds. */
  readonly inactivityMs?: number;
  /** Of all its processes, as the service writes it: `46MB`. */
  readonly memoryUsed?: string;
  readonly childProcesses?: number;
}

const text = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `<rsp:${name}>${escapeXml(value)}</rsp:${name}>`;

/** Variables as they stand in Create and in descriptions; nothing when there are none. */
export function writeEnvironment(environment: Readonly<Record<string, string>> | undefined): string {
  const variables = Object.entries(environment ?? {}).map(
    ([name, value]) => `<rsp:Variable Name="${escapeXml(name)}">${escapeXml(value)}</rsp:Variable>`,
  );
  return variables.length === 0 ? '' : `<rsp:Environment>${variables.join('')}</rsp:Environment>`;
}

/** The variables of a shell, `undefined` when it has none of its own. */
export function readEnvironment(shell: XmlElement): Readonly<Record<string, string>> | undefined {
  const variables = shell.find(namespaces.rsp, 'Environment')?.findAll(namespaces.rsp, 'Variable');
  return variables && Object.fromEntries(variables.map((variable) => [variable.attributes.get('Name') ?? '', variable.text]));
}

/** Writes `rsp:Shell`, its elements in the order of the schema. */
export function writeShell(shell: ShellDescription): string {
  const limit = (name: string, ms: number | undefined): string => text(name, ms === undefined ? undefined : writeLimit(ms));
  const elapsed = (name: string, ms: number | undefined): string => text(name, ms === undefined ? undefined : writeElapsed(ms));
  return [
    `<rsp:Shell xmlns:rsp="${namespaces.rsp}">`,
    text('ShellId', shell.shellId),
    text('Name', shell.name),
    text('ResourceUri', shell.resourceUri),
    text('Owner', shell.owner),
    text('ClientIP', shell.clientIp),
    text('ProcessId', shell.processId?.toString()),
    writeEnvironment(shell.environment),
    text('WorkingDirectory', shell.workingDirectory),
    limit('Lifetime', shell.lifetimeMs),
    limit('IdleTimeOut', shell.idleTimeoutMs),
    text('InputStreams', shell.inputStreams),
    text('OutputStreams', shell.outputStreams),
    limit('MaxIdleTimeOut', shell.maxIdleTimeoutMs),
    text('Locale', shell.locale),
    text('DataLocale', shell.dataLocale),
    text('CompressionMode', shell.compressionMode),
    text('ProfileLoaded', shell.profileLoaded === undefined ? undefined : shell.profileLoaded ? 'Yes' : 'No'),
    text('Encoding', shell.encoding),
    text('BufferMode', shell.bufferMode),
    text('State', shell.state),
    elapsed('ShellRunTime', shell.runTimeMs),
    elapsed('ShellInactivity', shell.inactivityMs),
    text('MemoryUsed', shell.memoryUsed),
    text('ChildProcesses', shell.childProcesses?.toString()),
    '</rsp:Shell>',
  ].join('');
}

type Said<T> = { -readonly [K in keyof T]?: T[K] | undefined };

/** Drops what was not said. */
const onlySaid = <T>(said: Said<T>): Partial<T> =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Reads `rsp:Shell`; what cannot be read counts as not said, and elements that are not known here are passed over. */
export function readShell(shell: XmlElement, shellId: string): ShellDescription {
  const said = (name: string): string | undefined => shell.textOf(namespaces.rsp, name);
  const duration = (name: string): number | undefined => readDuration(said(name) ?? '');
  const count = (name: string): number | undefined => {
    // 2792
    const written = said(name) ?? '';
    return /^\d{1,10}$/.test(written) ? Number(written) : undefined;
  };
  return {
    shellId,
    ...onlySaid<Omit<ShellDescription, 'shellId'>>({
      name: said('Name'),
      resourceUri: said('ResourceUri'),
      owner: said('Owner'),
      clientIp: said('ClientIP'),
      processId: count('ProcessId'),
      environment: readEnvironment(shell),
      workingDirectory: said('WorkingDirectory'),
      lifetimeMs: duration('Lifetime'),
      idleTimeoutMs: duration('IdleTimeOut'),
      inputStreams: said('InputStreams'),
      outputStreams: said('OutputStreams'),
      maxIdleTimeoutMs: duration('MaxIdleTimeOut'),
      locale: said('Locale'),
      dataLocale: said('DataLocale'),
      compressionMode: said('CompressionMode'),
      profileLoaded: { Yes: true, No: false }[said('ProfileLoaded') ?? ''],
      encoding: said('Encoding'),
      bufferMode: said('BufferMode'),
      state: said('State'),
      runTimeMs: duration('ShellRunTime'),
      inactivityMs: duration('ShellInactivity'),
      memoryUsed: said('MemoryUsed'),
      childProcesses: count('ChildProcesses'),
    }),
  };
}

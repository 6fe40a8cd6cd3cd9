/** Which ways to log in are on. */
export interface AuthConfig {
  readonly basic?: boolean;
  readonly digest?: boolean;
  readonly kerberos?: boolean;
  readonly negotiate?: boolean;
  readonly certificate?: boolean;
  readonly credSsp?: boolean;
  /** `None`, `Relaxed` or `Strict`: whether log-ins over HTTPS must name the certificate they were made under. Services only. */
  readonly cbtHardeningLevel?: string;
}

export interface PortConfig {
  readonly http?: number;
  readonly https?: number;
}

/** Settings of the client that is part of Windows; they say nothing about who may connect. */
export interface ClientConfig {
  readonly networkDelayMs?: number;
  readonly urlPrefix?: string;
  readonly allowUnencrypted?: boolean;
  readonly auth?: AuthConfig;
  readonly defaultPorts?: PortConfig;
  readonly trustedHosts?: string;
}

/** Settings of the service itself. */
export interface ServiceConfig {
  readonly rootSddl?: string;
  readonly maxConcurrentOperations?: number;
  readonly maxConcurrentOperationsPerUser?: number;
  readonly enumerationTimeoutMs?: number;
  readonly maxConnections?: number;
  readonly maxPacketRetrievalTimeSeconds?: number;
  /** Whether messages are taken that are neither sealed nor sent over HTTPS. */
  readonly allowUnencrypted?: boolean;
  readonly auth?: AuthConfig;
  readonly defaultPorts?: PortConfig;
  readonly ipv4Filter?: string;
  readonly ipv6Filter?: string;
  readonly enableCompatibilityHttpListener?: boolean;
  readonly enableCompatibilityHttpsListener?: boolean;
  readonly certificateThumbprint?: string;
  readonly allowRemoteAccess?: boolean;
}

/** Limits of remote shells ([MS-WSMV] 2.2.4.42). 2147483647 means that there is none. */
export interface WinrsConfig {
  readonly allowRemoteShellAccess?: boolean;
  readonly idleTimeoutMs?: number;
  readonly maxConcurrentUsers?: number;
  readonly maxShellRunTimeMs?: number;
  readonly maxProcessesPerShell?: number;
  readonly maxMemoryPerShellMb?: number;
  readonly maxShellsPerUser?: number;
}

/** Where the service listens. */
export interface ListenerConfig {
  /** `*` is every address. */
  readonly address?: string;
  /** `HTTP` or `HTTPS`. */
  readonly transport?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly enabled?: boolean;
  readonly urlPrefix?: string;
  readonly certificateThumbprint?: string;
}

/** The settings of a WinRM service ([MS-WSMV] 2.2.4.10). What is absent was not said. */
export interface WinrmConfig {
  /** Of one HTTP body; a kilobyte has 1024 bytes. */
  readonly maxEnvelopeSizeKb?: number;
  /** Longest time that an operation may wait. */
  readonly maxTimeoutMs?: number;
  readonly maxBatchItems?: number;
  readonly maxProviderRequests?: number;
  readonly client?: ClientConfig;
  readonly service?: ServiceConfig;
  readonly winrs?: WinrsConfig;
  readonly listeners?: readonly ListenerConfig[];
}

/** How a setting is called here and in the XML. */
export type Setting =
  | { readonly kind: 'text' | 'number' | 'flag'; readonly key: string; readonly element: string }
  | { readonly kind: 'group'; readonly key: string; readonly element: string; readonly settings: readonly Setting[] }
  | { readonly kind: 'groups'; readonly key: string; readonly element: string; readonly settings: readonly Setting[] };

const text = (key: string, element: string): Setting => ({ kind: 'text', key, element });
const number = (key: string, element: string): Setting => ({ kind: 'number', key, element });
const flag = (key: string, element: string): Setting => ({ kind: 'flag', key, element });
const group = (key: string, element: string, settings: readonly Setting[]): Setting => ({ kind: 'group', key, element, settings });

const auth = group('auth', 'Auth', [
  flag('basic', 'Basic'),
  flag('digest', 'Digest'),
  flag('kerberos', 'Kerberos'),
  flag('negotiate', 'Negotiate'),
  flag('certificate', 'Certificate'),
  flag('credSsp', 'CredSSP'),
  text('cbtHardeningLevel', 'CbtHardeningLevel'),
]);
const defaultPorts = group('defaultPorts', 'DefaultPorts', [number('http', 'HTTP'), number('https', 'HTTPS')]);

/** All settings known here, in the order in which Windows writes them. */
export const configSchema: readonly Setting[] = [
  number('maxEnvelopeSizeKb', 'MaxEnvelopeSizekb'),
  number('maxTimeoutMs', 'MaxTimeoutms'),
  number('maxBatchItems', 'MaxBatchItems'),
  number('maxProviderRequests', 'MaxProviderRequests'),
  group('client', 'Client', [
    number('networkDelayMs', 'NetworkDelayms'),
    text('urlPrefix', 'URLPrefix'),
    flag('allowUnencrypted', 'AllowUnencrypted'),
    auth,
    defaultPorts,
    text('trustedHosts', 'TrustedHosts'),
  ]),
  group('service', 'Service', [
    text('rootSddl', 'RootSDDL'),
    number('maxConcurrentOperations', 'MaxConcurrentOperations'),
    number('maxConcurrentOperationsPerUser', 'MaxConcurrentOperationsPerUser'),
    number('enumerationTimeoutMs', 'EnumerationTimeoutms'),
    number('maxConnections', 'MaxConnections'),
    number('maxPacketRetrievalTimeSeconds', 'MaxPacketRetrievalTimeSeconds'),
    flag('allowUnencrypted', 'AllowUnencrypted'),
    auth,
    defaultPorts,
    text('ipv4Filter', 'IPv4Filter'),
    text('ipv6Filter', 'IPv6Filter'),
    flag('enableCompatibilityHttpListener', 'EnableCompatibilityHttpListener'),
    flag('enableCompatibilityHttpsListener', 'EnableCompatibilityHttpsListener'),
    text('certificateThumbprint', 'CertificateThumbprint'),
    flag('allowRemoteAccess', 'AllowRemoteAccess'),
  ]),
  group('winrs', 'Winrs', [
    flag('allowRemoteShellAccess', 'AllowRemoteShellAccess'),
    number('idleTimeoutMs', 'IdleTimeout'),
    number('maxConcurrentUsers', 'MaxConcurrentUsers'),
    number('maxShellRunTimeMs', 'MaxShellRunTime'),
    number('maxProcessesPerShell', 'MaxProcessesPerShell'),
    number('maxMemoryPerShellMb', 'MaxMemoryPerShellMB'),
    number('maxShellsPerUser', 'MaxShellsPerUser'),
  ]),
  {
    kind: 'groups',
    key: 'listeners',
    element: 'Listener',
    settings: [
      text('address', 'Address'),
      text('transport', 'Transport'),
      number('port', 'Port'),
      text('hostname', 'Hostname'),
      flag('enabled', 'Enabled'),
      text('urlPrefix', 'URLPrefix'),
      text('certificateThumbprint', 'CertificateThumbprint'),
    ],
  },
];

import { z } from 'zod';
import { type Assurance, assurances } from './assurance.ts';
import type { Call } from './call.ts';
import { existingHost } from './existing-host.ts';
import type { GuestName, Sha256 } from './ids.ts';
import type { Secret } from './secret.ts';

export const windowsReleases = ['windows-10', 'windows-11'] as const;
export const providerNames = ['wine', 'vagrant', 'existing'] as const;
export type ProviderName = (typeof providerNames)[number];
export const transportNames = ['winrm', 'ssh'] as const;
export type TransportName = (typeof transportNames)[number];

/** What kind of guest is wanted. Comes from the configuration and goes into the plan unchanged. */
export const guestSpec = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/)
    .meta({ description: 'What the guest is called everywhere: lower-case letters, digits and dashes' })
    .transform((text) => text as GuestName),
  os: z.enum(windowsReleases).meta({ description: 'Windows release' }),
  build: z.int().min(10240).meta({ description: 'Windows build number, 19045 is Windows 10 22H2, 26100 is Windows 11 24H2' }),
  provider: z.enum(providerNames).meta({ description: 'Who makes the guest' }),
  onRequest: z.boolean().optional().meta({ description: 'Left out of a run unless `--guest` or `--provider` names it' }),
  acquireSeconds: z
    .number()
    .positive()
    .max(86_400)
    .optional()
    .meta({ description: 'Time limit for making or rewinding this guest; absent: `timeouts.acquireSeconds`' }),
  existing: existingHost.optional().meta({ description: 'Where the host is; only with the provider `existing`' }),
  transport: z.enum(transportNames).optional().meta({ description: 'How the lab talks to the guest; `winrm` where nothing is said' }),
});
export type GuestSpec = z.infer<typeof guestSpec>;

/** How well a guest is walled off from the host. Without `namespaces` it sees the host's files and its clean state proves little. */
export const isolations = ['virtual-machine', 'namespaces', 'none'] as const;
export type Isolation = (typeof isolations)[number];

/** What in a guest answers the lab's questions: Windows PowerShell, or the embedded guest's twin started by `launcher`. */
export type ToolkitKind = { readonly kind: 'powershell' } | { readonly kind: 'agent'; readonly launcher: string };

/** Where the guest can fetch files from this host by HTTP: the transport listens, the guest is told a URL. */
export interface PullRoute {
  /** A folder of this host in which the transport makes a Unix socket, or an address of this host that the guest reaches (a free port is taken). */
  readonly listen: { readonly socketFolder: string } | { readonly host: string };
  /** What the guest puts before the path: `http://127.0.0.1:8098`. Absent: the address that is listened on. */
  readonly urlInGuest?: string;
  /** What the guest calls the address that is listened on, where it knows it by another: `10.0.2.2` behind a NAT. Without meaning beside `urlInGuest`. */
  readonly hostInGuest?: string;
}

interface AnyEndpoint {
  readonly user: string;
  readonly toolkit: ToolkitKind;
  /** Absent: files are pushed. */
  readonly pull?: PullRoute;
}

/** A WinRM service. */
export interface WinrmAddress extends AnyEndpoint {
  readonly transport: 'winrm';
  /** `http://127.0.0.1:PORT/wsman` */
  readonly url: string;
  readonly password: Secret;
  readonly authentication: 'basic' | 'ntlm';
  /** Pin of the server's leaf certificate, for HTTPS with a self-signed one. */
  readonly certificateSha256?: Sha256;
  /** Certificates (PEM) that are trusted instead of the system's authorities. Not asked where there is a pin. */
  readonly certificateAuthority?: string;
}

/** An SSH server. */
export interface SshAddress extends AnyEndpoint {
  readonly transport: 'ssh';
  readonly host: string;
  readonly port: number;
  /** How the user logs in: by password, or with a private key in OpenSSH's or PEM form. */
  readonly login: { readonly password: Secret } | { readonly privateKey: Secret; readonly passphrase?: Secret };
  /** SHA-256 of the server's host key, as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
  readonly hostKeySha256: string;
}

/** Everything a transport needs to reach a guest. */
export type Endpoint = WinrmAddress | SshAddress;

/** One answer of `lab doctor`. */
export interface Diagnosis {
  readonly subject: string;
  readonly state: 'ok' | 'warning' | 'missing';
  readonly message: string;
  /** What to do; absent when `ok`. */
  readonly hint?: string;
}

/** One acquired guest. Disposing releases it: the guest and all it left on the host are gone afterwards; disposing twice is harmless. */
export interface GuestLease extends AsyncDisposable {
  readonly spec: GuestSpec;
  readonly assurance: Assurance;
  readonly isolation: Isolation;
  /** The emulator or hypervisor and its version, for the record: `Wine 10.0`. */
  readonly platform: string;
  /** Whether it is as it was made. Absent: it is. A host that nothing resets and that was used before is not. */
  readonly pristine?: boolean;
  /** Changes with every rewind: read it anew after one. */
  readonly endpoint: Endpoint;
  /** Brings the guest back to its pristine state. Connections made before are dead afterwards. */
  readonly rewind: (call: Call) => Promise<void>;
  /** Settles when the guest ends without being asked to (not by release or rewind); the reason is a sentence. Never rejects. Changes with every rewind. */
  readonly lost: Promise<string>;
}

/** Makes and removes guests. */
export interface Provider {
  readonly name: ProviderName;
  /** The best that its guests can give; each lease says what it gives. */
  readonly assurance: Assurance;
  /** The operations that must not run twice at a time on one host. */
  readonly serial: readonly ('acquire' | 'release')[];
  /** Asks everything it needs of the host and reports all of it, the good as well as the bad. */
  readonly doctor: (call: Call) => Promise<readonly Diagnosis[]>;
  /**
   * Fetches and prepares whatever `acquire` needs, once per host; later calls return at once. Reports progress as plain lines.
   * Safe when several processes call it at the same time.
   */
  readonly prepare: (specs: readonly GuestSpec[], onProgress: (progress: ProviderProgress) => void, call: Call) => Promise<void>;
  /** Makes a fresh guest. Whatever had been started is gone when it throws. `onNotice` is told, in a sentence, what it waits for. */
  readonly acquire: (spec: GuestSpec, owner: LeaseOwner, call: Call, onNotice?: (sentence: string) => void) => Promise<GuestLease>;
  /** Finds guests whose owner is dead and removes what is left of them. Returns a line for each. */
  readonly clean: (call: Call) => Promise<readonly string[]>;
}

/** Whom a guest belongs to: the run id, or the command that keeps it. Written where `clean` finds it. */
export interface LeaseOwner {
  readonly id: string;
}

export interface ProviderProgress {
  /** What is being done: `fetch wine 10.0 (112 MB)`. */
  readonly what: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: 'bytes' | 'files' | 'steps';
}

export const assuranceSchema = z.enum(assurances);
export const isolationSchema = z.enum(isolations);

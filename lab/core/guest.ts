import { z } from 'zod';
import { type Assurance, assurances } from './assurance.ts';
import type { Call } from './call.ts';
import type { GuestName, Sha256 } from './ids.ts';
import type { Secret } from './secret.ts';

export const windowsReleases = ['windows-10', 'windows-11'] as const;
export const providerNames = ['wine'] as const;
export type ProviderName = (typeof providerNames)[number];

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
});
export type GuestSpec = z.infer<typeof guestSpec>;

/** How well a guest is walled off from the host. Without `namespaces` it sees the host's files and its clean state proves little. */
export const isolations = ['virtual-machine', 'namespaces', 'none'] as const;
export type Isolation = (typeof isolations)[number];

/** What in a guest answers the lab's questions: Windows PowerShell, or the embedded guest's twin started by `launcher`. */
export type ToolkitKind = { readonly kind: 'powershell' } | { readonly kind: 'agent'; readonly launcher: string };

/** Everything a transport needs to reach a guest. */
export interface Endpoint {
  readonly transport: 'winrm';
  /** `http://127.0.0.1:PORT/wsman` */
  readonly url: string;
  readonly user: string;
  readonly password: Secret;
  readonly authentication: 'basic' | 'ntlm';
  /** Pin of the server's leaf certificate, for HTTPS with a self-signed one. */
  readonly certificateSha256?: Sha256;
  readonly toolkit: ToolkitKind;
}

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
  /** Makes a fresh guest. Whatever had been started is gone when it throws. */
  readonly acquire: (spec: GuestSpec, owner: LeaseOwner, call: Call) => Promise<GuestLease>;
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

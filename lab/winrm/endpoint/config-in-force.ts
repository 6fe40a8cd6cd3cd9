import type { WinrmConfig } from '../messages/config-schema.ts';
import type { Quotas } from './quotas.ts';

/** How the endpoint is set, as far as a client may ask. */
export interface EndpointSettings {
  /** Whether messages are taken that are neither sealed nor sent over TLS. */
  readonly allowUnencrypted: boolean;
  /** Whether users may log in with Basic. */
  readonly basic: boolean;
  /** Whether log-ins over TLS must be bound to the certificate; `Relaxed` when absent. */
  readonly cbtHardeningLevel?: 'None' | 'Relaxed' | 'Strict';
}

/** What Windows writes where there is no limit. */
const UNLIMITED = 2_147_483_647;
const NO_LIMIT = 4_294_967_295;

/**
 * The settings of an endpoint in the form in which Windows gives its own. What the endpoint does not have (a memory limit, other log-ins) is told
 * as off or unlimited; the section about Windows' own client holds the values of a fresh Windows, since nothing here uses them.
 */
export function configInForce(quotas: Quotas, settings: EndpointSettings): WinrmConfig {
  const defaultPorts = { http: 5985, https: 5986 };
  return {
    maxEnvelopeSizeKb: Math.floor(quotas.maxEnvelopeBytes / 1024),
    maxTimeoutMs: quotas.maxOperationTimeoutMs,
    maxBatchItems: 32_000,
    maxProviderRequests: NO_LIMIT,
    client: {
      networkDelayMs: 5000,
      urlPrefix: 'wsman',
      allowUnencrypted: false,
      auth: { basic: true, digest: true, kerberos: true, negotiate: true, certificate: true, credSsp: false },
      defaultPorts,
      trustedHosts: '',
    },
    service: {
      // Administrators may do everything, interactive users may read.
      rootSddl: 'O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)',
      maxConcurrentOperations: NO_LIMIT,
      maxConcurrentOperationsPerUser: quotas.maxOperationsPerUser,
      enumerationTimeoutMs: 240_000,
      maxConnections: 300,
      maxPacketRetrievalTimeSeconds: 120,
      allowUnencrypted: settings.allowUnencrypted,
      auth: {
        basic: settings.basic,
        kerberos: false,
        negotiate: true,
        certificate: false,
        credSsp: false,
        cbtHardeningLevel: settings.cbtHardeningLevel ?? 'Relaxed',
      },
      defaultPorts,
      ipv4Filter: '*',
      ipv6Filter: '*',
      enableCompatibilityHttpListener: false,
      enableCompatibilityHttpsListener: false,
      certificateThumbprint: '',
      allowRemoteAccess: true,
    },
    winrs: {
      allowRemoteShellAccess: true,
      idleTimeoutMs: quotas.shellIdleTimeoutMs,
      maxConcurrentUsers: quotas.maxConcurrentUsers,
      maxShellRunTimeMs: UNLIMITED,
      maxProcessesPerShell: quotas.maxProcessesPerShell,
      maxMemoryPerShellMb: UNLIMITED,
      maxShellsPerUser: quotas.maxShellsPerUser,
    },
  };
}

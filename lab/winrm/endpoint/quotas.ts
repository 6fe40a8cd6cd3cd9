/** Limits of the service, with Windows 10's defaults ([MS-WSMV] 2.2.4.10, 2.2.4.42). */
export interface Quotas {
  /** Largest HTTP body taken and sent. */
  readonly maxEnvelopeBytes: number;
  readonly maxShellsPerUser: number;
  readonly maxProcessesPerShell: number;
  /** Messages of one user under way at a time, those that wait included. */
  readonly maxOperationsPerUser: number;
  /** Users that have shells at a time. */
  readonly maxConcurrentUsers: number;
  /** Longest time a Receive is held, whatever the client asks for. */
  readonly maxOperationTimeoutMs: number;
  /** A shell nobody uses for so long is closed; a client may ask for less. */
  readonly shellIdleTimeoutMs: number;
}

export const windowsQuotas: Quotas = {
  maxEnvelopeBytes: 512_000,
  maxShellsPerUser: 30,
  maxProcessesPerShell: 25,
  maxOperationsPerUser: 1500,
  maxConcurrentUsers: 10,
  maxOperationTimeoutMs: 60_000,
  shellIdleTimeoutMs: 7_200_000,
};

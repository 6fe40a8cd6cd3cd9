import { clientTarget } from './client-target.ts';
import { dispatcherTarget } from './dispatcher-target.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { loginTarget } from './login-target.ts';
import { socketTarget } from './socket-target.ts';

/** A target and its share of all messages: what costs a connection each gets less than what costs none. */
export interface FuzzShare {
  readonly name: string;
  readonly share: number;
  readonly open: () => FuzzTarget | Promise<FuzzTarget>;
}

/** Both ends of the protocol, each with and without a network. The shares add up to 1. */
export const targets: readonly FuzzShare[] = [
  { name: 'dispatcher', share: 0.45, open: dispatcherTarget },
  { name: 'log-in', share: 0.4, open: loginTarget },
  { name: 'sockets', share: 0.05, open: socketTarget },
  { name: 'client', share: 0.1, open: clientTarget },
];

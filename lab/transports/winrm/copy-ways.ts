import type { LineReceiver } from './inbox-receiver.ts';
import type { Receiver, StreamReceiver } from './receiver.ts';

/** How bytes get into a guest, the best way first. */
export const copyWays = ['http-pull', 'winrm-stdin', 'base64-lines'] as const;
export type CopyWay = (typeof copyWays)[number];

/** A way with the receiver that does its work in the guest. */
export type Route =
  | { readonly way: 'http-pull'; readonly receiver: Receiver }
  | { readonly way: 'winrm-stdin'; readonly receiver: StreamReceiver }
  | { readonly way: 'base64-lines'; readonly receiver: LineReceiver };

/** What is known of one guest's routes: those that failed are not tried again on the connection. */
export class RouteBook {
  readonly #routes: readonly Route[];
  readonly #failed = new Map<Route, string>();

  constructor(ways: readonly CopyWay[], canPull: boolean, main: StreamReceiver, inbox: LineReceiver) {
    this.#routes = ways.flatMap((way): readonly Route[] => {
      switch (way) {
        case 'http-pull':
          return !canPull ? [] : [main, inbox].map((receiver) => ({ way, receiver }));
        case 'winrm-stdin':
          return [{ way, receiver: main }];
        case 'base64-lines':
          return [{ way, receiver: inbox }];
      }
    });
  }

  /** Routes that have not failed, the best first. `small`: a file of one message is not worth a listener of its own. */
  left(small: boolean): readonly Route[] {
    const left = this.#routes.filter((route) => !this.#failed.has(route));
    return small ? left.toSorted((a, b) => Number(b.way === 'winrm-stdin') - Number(a.way === 'winrm-stdin')) : left;
  }

  /** It is not tried again. */
  failed(route: Route, reason: string): void {
    this.#failed.set(route, reason);
  }

  /** What failed, a sentence each. */
  get notes(): readonly string[] {
    return [...this.#failed].map(([{ way, receiver }, reason]) => `${way} by ${receiver.name}: ${reason}`);
  }
}

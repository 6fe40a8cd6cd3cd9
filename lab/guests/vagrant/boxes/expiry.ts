import type { Box } from '../catalogue.ts';

/** When an evaluation of Windows stops working: it then switches itself off an hour after each start. */
export type Expiry =
  | { readonly kind: 'never' }
  /** Counts anew for each machine, from its first start; machines of the lab are made for a run. */
  | { readonly kind: 'each-machine'; readonly days: number }
  /** Counts from the image: all machines of the box end on that day. `daysLeft` is negative afterwards. */
  | { readonly kind: 'image'; readonly endsOn: string; readonly daysLeft: number };

const DAY_MS = 86_400_000;
/** So early somebody is told. */
const WARN_DAYS = 21;

/** When the machines of a box expire, as seen at an instant. */
export function expiryOf({ evaluation }: Pick<Box, 'evaluation'>, now: Date): Expiry {
  if (evaluation === undefined) return { kind: 'never' };
  switch (evaluation.starts) {
    case 'first-boot':
      return { kind: 'each-machine', days: evaluation.days };
    case 'image': {
      const endsMs = Date.parse(`${evaluation.imageDate}T00:00:00Z`) + evaluation.days * DAY_MS;
      return {
        kind: 'image',
        endsOn: new Date(endsMs).toISOString().slice(0, 10),
        daysLeft: Math.floor((endsMs - now.getTime()) / DAY_MS),
      };
    }
  }
}

/** Whether machines made today work for as long as a run takes. */
export const hasExpired = (expiry: Expiry): boolean => expiry.kind === 'image' && expiry.daysLeft < 0;
export const expiresSoon = (expiry: Expiry): boolean => expiry.kind === 'image' && expiry.daysLeft <= WARN_DAYS;

/** For people. */
export function expiryInWords(expiry: Expiry): string {
  switch (expiry.kind) {
    case 'never':
      return 'never expires';
    case 'each-machine':
      return `each machine ${expiry.days} days after its first start`;
    case 'image':
      return expiry.daysLeft < 0
        ? `EXPIRED on ${expiry.endsOn}`
        : `${expiry.daysLeft} day${expiry.daysLeft === 1 ? '' : 's'} left, until ${expiry.endsOn}`;
  }
}

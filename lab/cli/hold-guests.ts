import type { Call } from '../core/call.ts';
import type { GuestLease } from '../core/guest.ts';
import type { CliContext } from './cli-context.ts';
import { type RunningGuest, noteGuest } from './running-guests.ts';
import type { Wiring } from './wiring.ts';

/** How any WinRM client reaches a guest, for a person. The password is shown on purpose: the guest is theirs and gone with this process. */
export function howToReach(guest: Pick<RunningGuest, 'name' | 'endpoint'>, about: string): string {
  const { url, user, password, authentication, certificateSha256 } = guest.endpoint;
  const lines = [
    `${guest.name}: ${about}`,
    `  URL            ${url}`,
    `  user           ${user}`,
    `  password       ${password.reveal()}`,
    `  authentication ${authentication === 'ntlm' ? 'NTLM, messages sealed' : 'Basic'}`,
    ...(certificateSha256 ? [`  certificate    SHA-256 ${certificateSha256}`] : []),
    `  try            npm run lab -- guest exec ${guest.name} -- ver`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one JSON object. */
export const howToReachJson = (guest: Pick<RunningGuest, 'name' | 'endpoint'>, lease: GuestLease): string =>
  `${JSON.stringify({
    name: guest.name,
    os: lease.spec.os,
    build: lease.spec.build,
    assurance: lease.assurance,
    isolation: lease.isolation,
    platform: lease.platform,
    url: guest.endpoint.url,
    user: guest.endpoint.user,
    password: guest.endpoint.password.reveal(),
    authentication: guest.endpoint.authentication,
    certificateSha256: guest.endpoint.certificateSha256,
  })}\n`;

/** Tells how to reach guests, leaves notes about them, and waits until the person has had enough or a guest is gone. */
export async function holdGuests(
  leases: readonly GuestLease[],
  wiring: Wiring,
  context: CliContext,
  json: boolean,
  call: Call,
  nameOf = (lease: GuestLease): string => lease.spec.name,
): Promise<void> {
  await using held = new AsyncDisposableStack();
  for (const lease of leases) {
    const name = nameOf(lease);
    held.use(await noteGuest(name, lease, wiring.clock.now(), wiring.folders.state));
    const guest = { name, endpoint: lease.endpoint };
    context.stdout.write(
      json
        ? howToReachJson(guest, lease)
        : howToReach(guest, `${lease.spec.os} ${lease.spec.build}, ${lease.platform}, ${lease.assurance}`),
    );
  }
  if (!json) context.stdout.write('Ctrl-C ends it.\n');
  const ends = leases.map((lease) => lease.lost.then((reason) => `${nameOf(lease)} is gone: ${reason}`));
  const stopped = new Promise<undefined>((resolve) => {
    if (call.signal.aborted) resolve(undefined);
    call.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const end = await Promise.race([stopped, ...ends]);
  if (end !== undefined) context.stderr.write(`${end}\n`);
}

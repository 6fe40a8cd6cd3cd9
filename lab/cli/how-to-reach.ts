import type { Endpoint, GuestLease } from '../core/guest.ts';
import { type RunningGuest, addressOf } from './running-guests.ts';

/** How any client of its protocol reaches a guest, for a person. The password is shown on purpose: the guest is theirs and gone with this process. */
export function howToReach({ name, endpoint }: Pick<RunningGuest, 'name' | 'endpoint'>, about: string): string {
  const lines = [
    `${name}: ${about}`,
    ...facts(endpoint).map(([what, value]) => `  ${what.padEnd(FACT_WIDTH)} ${value}`),
    `  ${'try'.padEnd(FACT_WIDTH)} npm run lab -- guest exec ${name} -- ver`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one JSON object. */
export const howToReachJson = ({ name, endpoint }: Pick<RunningGuest, 'name' | 'endpoint'>, lease: GuestLease): string =>
  `${JSON.stringify({
    name,
    os: lease.spec.os,
    build: lease.spec.build,
    assurance: lease.assurance,
    isolation: lease.isolation,
    platform: lease.platform,
    transport: endpoint.transport,
    url: addressOf(endpoint),
    user: endpoint.user,
    ...secrets(endpoint),
  })}\n`;

const FACT_WIDTH = 14;

function facts(endpoint: Endpoint): readonly (readonly [string, string])[] {
  switch (endpoint.transport) {
    case 'winrm': {
      const { url, user, password, authentication, certificateSha256 } = endpoint;
      return [
        ['URL', url],
        ['user', user],
        ['password', password.reveal()],
        ['authentication', authentication === 'ntlm' ? 'NTLM, messages sealed' : 'Basic'],
        ...(certificateSha256 ? [['certificate', `SHA-256 ${certificateSha256}`] as const] : []),
      ];
    }
    case 'ssh': {
      const { host, port, user, login, hostKeySha256 } = endpoint;
      return [
        ['command', `ssh -p ${port} ${user}@${host}`],
        'password' in login ? ['password', login.password.reveal()] : ['login', 'with the private key of the configuration'],
        ['host key', hostKeySha256],
      ];
    }
  }
}

function secrets(endpoint: Endpoint): Readonly<Record<string, string | undefined>> {
  switch (endpoint.transport) {
    case 'winrm':
      return {
        password: endpoint.password.reveal(),
        authentication: endpoint.authentication,
        certificateSha256: endpoint.certificateSha256,
      };
    case 'ssh':
      return {
        ...('password' in endpoint.login ? { password: endpoint.login.password.reveal() } : {}),
        hostKeySha256: endpoint.hostKeySha256,
      };
  }
}

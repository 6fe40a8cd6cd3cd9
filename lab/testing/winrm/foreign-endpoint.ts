import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { startEndpoint } from '../../winrm/endpoint/endpoint.ts';
import type { Quotas } from '../../winrm/endpoint/quotas.ts';
import type { CbtHardening } from '../../winrm/ntlm/channel-binding.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { issuedTls, testAuthority } from './guest-tls.ts';
import { hostProcesses } from './host-processes.ts';

export interface ForeignEndpointOptions {
  /** Takes Basic and messages that are not sealed. Default false, as on Windows. */
  readonly allowUnencrypted?: boolean;
  readonly quotas?: Partial<Quotas>;
  /** HTTPS with a certificate of the test authority, for `localhost` and its addresses. */
  readonly tls?: boolean;
  /** Takes Basic over HTTPS. Default false. */
  readonly basic?: boolean;
  /** What a log-in over HTTPS must say of the certificate. Default as on Windows. */
  readonly cbtHardening?: CbtHardening;
}

/** An endpoint as programs of other people meet it. */
export interface ForeignEndpoint {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** In clear and in letters: it goes onto command lines of programs, some of which quote nothing. */
  readonly password: string;
  /** A folder of the test's own, where commands start that ask for no other. */
  readonly folder: LocalPath;
  /** File with the certificate of the authority to trust, over HTTPS. */
  readonly authority: string;
  /** How many processes still run for it. */
  readonly running: () => number;
}

/** Serves WinRM over processes of this machine for the length of the test: a command line is one of `/bin/sh`. */
export async function foreignEndpoint(t: Test, options: ForeignEndpointOptions = {}): Promise<ForeignEndpoint> {
  const { tls = false, ...rest } = options;
  const folder = await scratchFolder(t);
  const authority = path.join(folder, 'authority.pem');
  await writeFile(authority, testAuthority);
  const processes = hostProcesses();
  const [host, user, password] = ['127.0.0.1', 'vagrant', 'vagrantSecret'];
  const service = await startEndpoint({
    ...rest,
    host,
    port: 0,
    users: [{ name: user, password: new Secret(password) }],
    processes: { start: (command) => processes.start({ cwd: folder, ...command }) },
    identity: { osVersion: '10.0.19045', computerName: 'FOREIGN' },
    ...(tls ? { tls: issuedTls } : {}),
  });
  t.teardown(() => service.close());
  return { url: service.url, host, port: service.port, user, password, folder, authority, running: processes.running };
}

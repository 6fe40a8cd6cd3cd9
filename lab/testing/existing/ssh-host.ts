import type { Test } from 'tap';
import { Secret } from '../../core/secret.ts';
import { type HostKey, makeHostKey } from '../../ssh/host-key.ts';
import { type SshServer, startSshServer } from '../../ssh/server/ssh-server.ts';
import { prepareWine, startBareGuest, testCall, wineSpecs } from '../wine-rig.ts';

/** A machine somewhere that is reached over SSH and goes back to its snapshot when it is told to: the same address and the same key, another guest. */
export interface SshHost {
  /** `ssh://127.0.0.1:40022` */
  readonly address: string;
  readonly hostKeySha256: string;
  readonly user: string;
  readonly password: string;
  /** Command line of the lab's tool in it. */
  readonly launcher: string;
  /** Ends the guest behind the address and puts a pristine one there. */
  readonly restore: () => Promise<void>;
}

const LAUNCHER = 'X:\\node.exe X:\\toolkit.cjs';
const USER = 'guest';
const LOOPBACK = '127.0.0.1';

interface Behind {
  readonly server: SshServer;
  readonly end: () => Promise<void>;
}

/** Starts one, for the length of the test. */
export async function sshHost(t: Test, password: string): Promise<SshHost> {
  const prepared = await prepareWine('auto', testCall());
  const hostKey: HostKey = makeHostKey();
  const start = async (port: number): Promise<Behind> => {
    const ends: (() => unknown)[] = [];
    const end = async (): Promise<void> => {
      for (const step of ends.toReversed()) await step();
    };
    try {
      const { link } = await startBareGuest({ teardown: (step) => void ends.push(step) }, prepared, wineSpecs.win11, testCall());
      const server = await startSshServer({
        host: LOOPBACK,
        port,
        hostKey,
        user: { name: USER, password: new Secret(password) },
        processes: link,
        sftpProgram: `${LAUNCHER} sftp`,
      });
      ends.push(server.close);
      return { server, end };
    } catch (error) {
      await end();
      throw error;
    }
  };
  let behind = await start(0);
  t.teardown(() => behind.end());
  const { port } = behind.server;
  return {
    address: `ssh://${LOOPBACK}:${port}`,
    hostKeySha256: hostKey.sha256,
    user: USER,
    password,
    launcher: LAUNCHER,
    restore: async () => {
      await behind.end();
      behind = await start(port);
    },
  };
}

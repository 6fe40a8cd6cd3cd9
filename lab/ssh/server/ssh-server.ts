import { type AddressInfo, type Socket, createServer } from 'node:net';
import ssh2 from 'ssh2';
import { algorithms } from '../algorithms.ts';
import type { HostKey } from '../host-key.ts';
import { Login, type LoginMethod, type SshUser, loginMethods } from './login.ts';
import { type SessionOptions, serveSession } from './session.ts';

export interface SshServerOptions extends SessionOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly hostKey: HostKey;
  readonly user: SshUser;
  /** What is offered of the ways the user can log in. Default all. */
  readonly methods?: readonly LoginMethod[];
  /** Sessions of one connection at a time, default 10 (MaxSessions of OpenSSH). */
  readonly maxSessions?: number;
  /** How long a client may take to log in, default 20 s. */
  readonly loginGraceMs?: number;
}

/** An SSH server in front of a guest. */
export interface SshServer {
  readonly host: string;
  readonly port: number;
  /** Ends every command, closes every connection and stops listening. Harmless a second time. */
  readonly close: () => Promise<void>;
}

const MOST_SESSIONS = 10;
const LOGIN_GRACE_MS = 20_000;
const MOST_CONNECTIONS = 32;
/** Connections that are not logged in yet (MaxStartups of OpenSSH). */
const MOST_STRANGERS = 10;
const IDENT = 'AniVaultLab_1';

/**
 * Starts an SSH server that runs commands and copies files as OpenSSH for Windows does with cmd.exe as its shell. Rejects when the port cannot be
 * listened on. No terminals, no forwarding, no agents: what is not served is refused.
 */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  // Fails here rather than at the first connection when a key is none.
  const login = (giveUp: () => void): Login => new Login(options.user, options.methods ?? loginMethods, giveUp);
  login(() => {});
  const sockets = new Set<Socket>();
  const strangers = new Map<number, Stranger>();
  const work = new Set<Promise<void>>();
  const stopped = new AbortController();
  const protocol = new ssh2.Server({ hostKeys: [options.hostKey.privateKey], algorithms, ident: IDENT });

  protocol.on('connection', (connection, { port: clientPort }) => {
    const gone = new AbortController();
    // A client's mistakes end its connection; there is nobody to tell.
    connection.on('error', () => connection.end());
    connection.on('close', () => gone.abort());
    const decisions = login(() => connection.end());
    connection.on('authentication', (attempt) => decisions.decide(attempt));
    connection.on('ready', () => {
      clearTimeout(strangers.get(clientPort)?.grace);
      strangers.delete(clientPort);
    });
    let sessions = 0;
    connection.on('session', (accept, reject) => {
      if (stopped.signal.aborted || sessions >= (options.maxSessions ?? MOST_SESSIONS)) return reject();
      sessions++;
      const session = accept();
      session.on('close', () => sessions--);
      const served = serveSession(session, options, AbortSignal.any([gone.signal, stopped.signal])).finally(() => work.delete(served));
      work.add(served);
    });
  });

  const server = createServer({ noDelay: true }, (socket) => {
    const { remotePort = 0 } = socket;
    const leave = (): void => void socket.destroy();
    // Counted from the first packet on: the protocol tells of a connection only after the client has said what it is.
    if (strangers.size >= MOST_STRANGERS || sockets.size >= MOST_CONNECTIONS) return leave();
    strangers.set(remotePort, { grace: setTimeout(leave, options.loginGraceMs ?? LOGIN_GRACE_MS) });
    sockets.add(socket);
    socket.on('close', () => {
      clearTimeout(strangers.get(remotePort)?.grace);
      strangers.delete(remotePort);
      sockets.delete(socket);
    });
    protocol.injectSocket(socket);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    host: options.host,
    port,
    close: () => {
      closing ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        stopped.abort();
        for (const socket of sockets) socket.destroy();
      }).then(async () => void (await Promise.all(work)));
      return closing;
    },
  };
}

/** A client that is not logged in yet. */
interface Stranger {
  /** Ends its connection. */
  readonly grace: NodeJS.Timeout;
}

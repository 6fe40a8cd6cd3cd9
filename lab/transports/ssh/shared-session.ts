import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { SshAddress } from '../../core/guest.ts';
import { SftpClient } from '../../ssh/sftp/sftp-client.ts';
import { plain } from './guest-side.ts';
import { ownDeadline } from '../../winrm/client/own-deadline.ts';
import { inTime } from './in-time.ts';
import { runInChannel } from './run-in-channel.ts';
import { type Dialect, dialectOf, dialectQuestion } from './shell-dialect.ts';
import type { OpenFileServer } from './ssh-files.ts';
import { type SshSession, addressOf, openSession } from './ssh-session.ts';

/** A session and what is known of the shell behind it. */
interface Live {
  readonly session: SshSession;
  readonly dialect: Dialect;
  server?: Promise<SftpClient>;
}

const MOST_ANSWER_BYTES = 4096;
const OPENING_MS = 60_000;

/**
 * The one session that all commands and copies of a connection share. When it is lost, what ran on it has failed and is not repeated; the next
 * command or copy connects anew.
 */
export class SharedSession {
  readonly #connect: (call: Call) => Promise<Live>;
  #live: Live;
  #opening: Promise<Live> | undefined;
  #closed = false;

  private constructor(live: Live, connect: (call: Call) => Promise<Live>) {
    this.#live = live;
    this.#connect = connect;
  }

  /** Connects, logs in, and asks what shell is there. */
  static async open(endpoint: SshAddress, maxSessions: number, call: Call): Promise<SharedSession> {
    const connect = async (within: Call): Promise<Live> => {
      const session = await openSession(endpoint, maxSessions, within);
      try {
        return { session, dialect: await askDialect(session, addressOf(endpoint), within) };
      } catch (error) {
        session.close();
        throw error;
      }
    };
    return new SharedSession(await connect(call), connect);
  }

  /** The session, made anew when it was lost. Many may ask at a time; one connects. */
  async current(call: Call): Promise<Live> {
    if (!this.#live.session.lost.aborted || this.#closed) return this.#live;
    this.#opening ??= this.#reconnect();
    const live = await inTime(this.#opening, call);
    if (this.#closed) live.session.close();
    this.#live = live;
    return live;
  }

  /** With a clock of its own: others may be waiting for the same when one gives up. */
  async #reconnect(): Promise<Live> {
    using call = ownDeadline(OPENING_MS, 'Connecting to the guest anew');
    try {
      return await this.#connect(call);
    } finally {
      this.#opening = undefined;
    }
  }

  /** The file server, started when it is first needed. */
  async fileServer(call: Call): Promise<OpenFileServer> {
    const live = await inTime(this.current(call), call);
    const { session } = live;
    live.server ??= startServer(live);
    return { sftp: await inTime(live.server, call), lost: session.lost };
  }

  close(): void {
    this.#closed = true;
    this.#live.session.close();
  }
}

/** Starts the file server with a clock of its own, and forgets it when it ends. */
async function startServer(live: Live): Promise<SftpClient> {
  using call = ownDeadline(OPENING_MS, 'Starting the file server of the guest');
  const forget = (): void => {
    delete live.server;
  };
  try {
    const channel = await live.session.subsystem('sftp', call);
    channel.once('close', forget);
    return await inTime(SftpClient.greet(channel), call);
  } catch (error) {
    forget();
    throw error;
  }
}

async function askDialect(session: SshSession, address: string, call: Call): Promise<Dialect> {
  const result = await session.exec(dialectQuestion, call, (channel) =>
    runInChannel(channel, { maxOutputBytes: MOST_ANSWER_BYTES, address, lost: session.lost, monotonicMs: () => performance.now() }, call),
  );
  const answer = Buffer.from(result.stdout).toString('utf8');
  const dialect = dialectOf(answer);
  if (dialect !== undefined) return dialect;
  const complaint = plain(answer) || plain(Buffer.from(result.stderr).toString('utf8')) || `exit code ${result.exitCode}`;
  throw LabError.of('ssh.shell-unknown', { address, answer: JSON.stringify(complaint) });
}

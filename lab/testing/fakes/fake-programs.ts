import type { RemotePath } from '../../core/ids.ts';
import type { GuestLine, TransportCommands } from '../contracts/transport-contract.ts';

/** A command of a fake guest while it runs. */
export interface FakeProcess {
  /** What the line gave beside the program's name, decoded. */
  readonly argument: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly cwd: RemotePath;
  readonly env: Readonly<Record<string, string>>;
  /** Writes output; what comes after the process has ended is nobody’s. */
  readonly write: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  /** Aborts when the process is killed. */
  readonly signal: AbortSignal;
}

/** What a fake guest can run, by the first word of the line. Gives the exit code. */
export type FakePrograms = Readonly<Record<string, (process: FakeProcess) => Promise<number>>>;

const line = (program: string, argument: string | number = ''): GuestLine => ({
  // No quoting is modelled: what is given travels in an alphabet that needs none.
  line: `${program} ${Buffer.from(String(argument)).toString('base64url')}`.trimEnd(),
  shell: 'none',
});

/** Most bytes of one piece of output: a long text comes in several. */
const PIECE_BYTES = 65_536;

/** The contract suite's programs for a fake guest. */
export const contractPrograms: FakePrograms = {
  echo: async ({ argument, write }) => {
    write('stdout', Buffer.from(argument));
    return 0;
  },
  stderr: async ({ argument, write }) => {
    write('stderr', Buffer.from(argument));
    return 0;
  },
  exit: async ({ argument }) => Number(argument),
  cat: async ({ stdin, write }) => {
    for await (const bytes of stdin)
      for (let start = 0; start < bytes.length; start += PIECE_BYTES) write('stdout', bytes.subarray(start, start + PIECE_BYTES));
    return 0;
  },
  big: async ({ argument, write }) => {
    for (let left = Number(argument); left > 0; left -= PIECE_BYTES) write('stdout', Buffer.alloc(Math.min(left, PIECE_BYTES), 'x'));
    write('stderr', Buffer.from('y'));
    return 0;
  },
  sleep: async ({ argument, write, signal }) => {
    write('stdout', Buffer.from('ready\n'));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Number(argument));
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    return 0;
  },
  environment: async ({ argument, env, write }) => {
    write('stdout', Buffer.from(env[argument] ?? ''));
    return 0;
  },
  directory: async ({ cwd, write }) => {
    write('stdout', Buffer.from(cwd));
    return 0;
  },
};

/** How the contract suite asks for {@link contractPrograms}. */
export const contractCommands: TransportCommands = {
  echo: (text) => line('echo', text),
  stderr: (text) => line('stderr', text),
  exit: (code) => line('exit', code),
  catStdin: line('cat'),
  bigOutput: (sizeBytes) => line('big', sizeBytes),
  sleep: (ms) => line('sleep', ms),
  environment: (name) => line('environment', name),
  directory: line('directory'),
};

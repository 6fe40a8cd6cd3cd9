/**
 * What the host and the agent in the guest say to each other: one JSON object a line, and behind a line with `dataBytes` that many bytes as they are.
 * The host numbers the processes.
 */
export type HostFrame =
  | {
      readonly op: 'start';
      readonly id: number;
      readonly line: string;
      readonly shell: 'cmd' | 'none';
      readonly cwd?: string;
      readonly env: Readonly<Record<string, string>>;
      readonly codePage: number;
    }
  /** Bytes for standard input; each frame is answered by `input-taken` or `input-failed`. */
  | { readonly op: 'input'; readonly id: number; readonly dataBytes: number }
  | { readonly op: 'end-input'; readonly id: number }
  /** The agent may send that many bytes of output more. It starts with {@link FIRST_CREDIT_BYTES}. */
  | { readonly op: 'credit'; readonly id: number; readonly bytes: number }
  | { readonly op: 'kill'; readonly id: number };

export type AgentFrame =
  | { readonly ev: 'ready'; readonly osRelease: string; readonly node: string }
  | { readonly ev: 'started'; readonly id: number; readonly pid: number }
  /** The process could not be started; nothing else follows for this id. */
  | { readonly ev: 'refused'; readonly id: number; readonly win32Code: number; readonly message: string }
  | { readonly ev: 'output'; readonly id: number; readonly stream: 'stdout' | 'stderr'; readonly dataBytes: number }
  | { readonly ev: 'input-taken'; readonly id: number }
  | { readonly ev: 'input-failed'; readonly id: number; readonly message: string }
  /** Unsigned 32 bits. Output may still follow. */
  | { readonly ev: 'exited'; readonly id: number; readonly code: number }
  /** Nothing follows. `pipesHeld`: something the process had started kept its pipes open, and they were given up. */
  | { readonly ev: 'ended'; readonly id: number; readonly pipesHeld: boolean };

/** Longest line in either direction. */
export const MOST_LINE_BYTES = 1 << 20;
/** Most bytes in one `input` or `output` frame: what a message of WinRM brings is one, since each costs the guest's server a dozen requests. */
export const MOST_DATA_BYTES = 512 << 10;
/** Output of one process that may be under way unconsumed. */
export const FIRST_CREDIT_BYTES = 1 << 20;

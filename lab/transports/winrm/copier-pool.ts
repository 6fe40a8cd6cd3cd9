import { createHash } from 'node:crypto';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { type CopierAnswer, CopierBroken, CopierLost, type CopierProgram, CopierRefusal, CopyProcess } from './copy-process.ts';
import type { RunInGuest } from './run-in-guest.ts';

/** A message to a copier. */
export interface CopierQuestion {
  readonly op: string;
  readonly head?: Readonly<Record<string, unknown>>;
  readonly payload?: Uint8Array;
  /** How many processes may be busy with such questions; another is started for it only below that. */
  readonly width?: number;
}

/** A copier nobody asks anything is let go after so long. Starting one costs a guest more than most copies do. */
const IDLE_MS = 30_000;
/** Messages sent ahead to one process: while it works on one, the next is on its way. */
const AHEAD = 2;
/** Times a question is put to another process when its own was lost. All operations may be done twice. */
const MOST_LOST = 3;
const NOTHING = new Uint8Array(0);
const everyByte = Uint8Array.from({ length: 256 }, (_, value) => value);

/** The copiers of one guest: processes that stay for as long as they are used, each question to the one with the least to do. */
export class CopierPool {
  readonly #run: RunInGuest;
  readonly #program: CopierProgram;
  readonly #processes = new Set<CopyProcess>();
  /** Also those that are on their way out. */
  readonly #endings = new Set<Promise<void>>();
  /** Settled once the first process has shown that it takes and gives every byte as it is. */
  #proved: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(run: RunInGuest, program: CopierProgram) {
    this.#run = run;
    this.#program = program;
  }

  /**
   * Asks one question. Rejects with {@link CopierRefusal} when the guest refuses, with {@link CopierBroken} when copiers do not work in this guest,
   * with the connection's error when it is lost for good.
   */
  async ask({ op, head = {}, payload = NOTHING, width = 1 }: CopierQuestion, call: Call): Promise<CopierAnswer> {
    for (let lost = 0; ; lost++) {
      let proved = false;
      try {
        await this.#prove(call);
        proved = true;
        return await this.#choose(width).ask({ op, ...head }, payload, call);
      } catch (error) {
        if (call.signal.aborted) throw call.signal.reason;
        if (!isLoss(error, proved) || lost >= MOST_LOST || this.#closed) throw error;
      } finally {
        this.#rest();
      }
    }
  }

  /** Starts the first copier and tries it out. What becomes of it is told to whoever asks a question. */
  begin(call: Call): void {
    if (!this.#closed && this.#proved === undefined && !call.signal.aborted) this.#prove(call).catch(() => {});
  }

  /**
   * Has every process do the same after all else it was asked: for undoing what several of them did. One that cannot do it is made up for by
   * another.
   */
  async askAll(question: CopierQuestion, call: Call): Promise<void> {
    const processes = [...this.#processes].filter(({ usable }) => usable);
    const { op, head = {}, payload = NOTHING } = question;
    const done = await Promise.allSettled(processes.map((process) => process.ask({ op, ...head }, payload, call)));
    if (done.length === 0 || done.some(({ status }) => status === 'rejected')) await this.ask(question, call);
  }

  /** Ends all copiers and waits until they are gone. */
  async close(reason: unknown): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    for (const process of this.#processes) process.kill(reason);
    await Promise.all(this.#endings);
  }

  async #prove(call: Call): Promise<void> {
    if (this.#proved === undefined) {
      const proof = this.#tryOut(call);
      this.#proved = proof;
      // What failed because this caller gave up, or the connection broke, says nothing of the guest.
      proof.catch((error: unknown) => {
        if (!(error instanceof CopierBroken)) this.#proved = undefined;
      });
    }
    await this.#proved;
  }

  async #tryOut(call: Call): Promise<void> {
    const process = this.#choose(1);
    const { ok, payload } = await process.ask({ op: 'hello' }, everyByte, call).catch((error: unknown) => {
      throw error instanceof CopierRefusal ? new CopierBroken(error.message) : error;
    });
    const digest = createHash('sha256').update(everyByte).digest('hex');
    const { sha256, version } = (ok ?? {}) as { readonly sha256?: unknown; readonly version?: unknown };
    if (version === 1 && sha256 === digest && payload.equals(everyByte)) return;
    const broken = new CopierBroken('bytes do not pass its streams as they are');
    process.kill(broken);
    throw broken;
  }

  #choose(width: number): CopyProcess {
    if (this.#closed) throw new CopierBroken('the connection was closed');
    clearTimeout(this.#idle);
    for (const process of this.#processes) if (!process.usable) this.#processes.delete(process);
    const [least] = [...this.#processes].toSorted((a, b) => a.pending - b.pending);
    if (least !== undefined && (least.pending === 0 || this.#processes.size >= width)) return least;
    const process = new CopyProcess(this.#run, this.#program);
    this.#processes.add(process);
    this.#endings.add(process.over);
    void process.over.then(() => this.#endings.delete(process.over));
    return process;
  }

  /** Lets go of processes that have nothing to do: all but one soon, the last one after a while. */
  #rest(): void {
    if (this.#closed) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      for (const process of this.#processes) if (process.pending === 0) this.#letGo(process);
    }, IDLE_MS);
    this.#idle.unref();
  }

  #letGo(process: CopyProcess): void {
    this.#processes.delete(process);
    process.close();
  }
}

/** How many questions keep `width` processes busy. */
export const windowOf = (width: number): number => width * AHEAD;

/** Whether one process was lost, and not the guest's ability to have one: copiers that worked once may work again. */
const isLoss = (error: unknown, proved: boolean): boolean =>
  error instanceof CopierLost ||
  (proved && error instanceof CopierBroken) ||
  (error instanceof LabError && (error.code === 'winrm.connection-lost' || error.code === 'winrm.timed-out'));

import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { type GuestCommand, type GuestProcess, type GuestProcesses, StartFailure } from '../../core/guest-processes.ts';
import { FrameReader, headOf } from './agent/frame-reader.ts';
import { type AgentFrame, type HostFrame, MOST_DATA_BYTES, MOST_LINE_BYTES } from './agent/frames.ts';
import { LinkedProcess } from './linked-process.ts';

const id = z.int().positive();

/** What may come from the guest; everything else ends the link. */
const agentFrame = z.discriminatedUnion('ev', [
  z.strictObject({ ev: z.literal('ready'), osRelease: z.string().max(100), node: z.string().max(100) }),
  z.strictObject({ ev: z.literal('started'), id, pid: z.int() }),
  z.strictObject({ ev: z.literal('refused'), id, win32Code: z.int().min(0).max(0xffff_ffff), message: z.string().max(4096) }),
  z.strictObject({ ev: z.literal('output'), id, stream: z.enum(['stdout', 'stderr']), dataBytes: z.int().min(1).max(MOST_DATA_BYTES) }),
  z.strictObject({ ev: z.literal('input-taken'), id }),
  z.strictObject({ ev: z.literal('input-failed'), id, message: z.string().max(4096) }),
  z.strictObject({ ev: z.literal('exited'), id, code: z.int().min(0).max(0xffff_ffff) }),
  z.strictObject({ ev: z.literal('ended'), id, pipesHeld: z.boolean() }),
]) satisfies z.ZodType<AgentFrame>;

/** The Windows the agent found itself on. */
export interface AgentGreeting {
  /** `10.0.26100` */
  readonly osRelease: string;
  /** `v26.10.0` */
  readonly node: string;
}

/**
 * The host's end of the agent: starts processes in the guest over the agent's two pipes. A guest that breaks the protocol, or whose pipes end, is
 * lost: every process counts as ended then and nothing can be started.
 */
export class AgentLink implements GuestProcesses {
  readonly ready: Promise<AgentGreeting>;
  /** Resolves with the reason when the guest is lost. Never rejects. */
  readonly lost: Promise<string>;

  readonly #input: Writable;
  readonly #processes = new Map<number, LinkedProcess>();
  readonly #reader = new FrameReader(MOST_LINE_BYTES, MOST_DATA_BYTES);
  readonly #ready = Promise.withResolvers<AgentGreeting>();
  readonly #lost = Promise.withResolvers<string>();
  #lostBecause: string | undefined;
  #lastId = 0;

  constructor(input: Writable, output: Readable) {
    this.#input = input;
    this.ready = this.#ready.promise;
    this.lost = this.#lost.promise;
    // Whoever does not wait for it must not be hit by it.
    this.ready.catch(() => {});
    input.on('error', (error) => this.lose(`the pipe to the guest failed: ${error.message}`));
    output.on('error', (error) => this.lose(`the pipe from the guest failed: ${error.message}`));
    output.on('close', () => this.lose('the guest closed its pipe'));
    output.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  readonly start = async (command: GuestCommand): Promise<GuestProcess> => {
    if (this.#lostBecause !== undefined) throw new StartFailure(NOT_CONNECTED, `The guest is gone: ${this.#lostBecause}`);
    const number = ++this.#lastId;
    const started = new LinkedProcess(number, (frame, data) => this.#send(frame, data));
    this.#processes.set(number, started);
    const { cwd, ...rest } = command;
    await this.#send({ op: 'start', id: number, ...rest, ...(cwd === undefined ? {} : { cwd }) });
    await started.started;
    return started;
  };

  /** Gives the guest up: what runs in it counts as ended. Harmless when done before. */
  lose(reason: string): void {
    if (this.#lostBecause !== undefined) return;
    this.#lostBecause = reason;
    for (const process of this.#processes.values()) process.lose(reason);
    this.#processes.clear();
    this.#ready.reject(new Error(reason));
    this.#lost.resolve(reason);
  }

  #take(bytes: Buffer): void {
    if (this.#lostBecause !== undefined) return;
    try {
      for (const { head, data } of this.#reader.push(bytes)) this.#obey(agentFrame.parse(head), data);
    } catch (error) {
      this.lose(`the guest broke the protocol: ${String(error).slice(0, 500)}`);
    }
  }

  #obey(frame: AgentFrame, data: Buffer | undefined): void {
    if (frame.ev === 'ready') return this.#ready.resolve({ osRelease: frame.osRelease, node: frame.node });
    const process = this.#processes.get(frame.id);
    if (!process) throw new Error(`there is no process ${frame.id}`);
    process.take(frame, data);
    if (frame.ev === 'ended' || frame.ev === 'refused') this.#processes.delete(frame.id);
  }

  /** Resolves when the pipe has room again. */
  async #send(frame: HostFrame, data?: Uint8Array): Promise<void> {
    if (this.#lostBecause !== undefined) return;
    this.#input.cork();
    let hasRoom = this.#input.write(headOf(frame));
    if (data !== undefined) hasRoom = this.#input.write(data);
    this.#input.uncork();
    if (hasRoom) return;
    await Promise.race([new Promise<void>((resolve) => this.#input.once('drain', resolve)), this.lost]);
  }
}

/** ERROR_DEVICE_NOT_CONNECTED (winerror.h). */
const NOT_CONNECTED = 1167;

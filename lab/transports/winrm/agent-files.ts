import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, RemotePath, Sha256 } from '../../core/ids.ts';
import type { CommandResult, FileReceipt } from '../../core/transport.ts';
import { writeError } from '../../host/files.ts';
import type { RunOptions } from '../../winrm/client/run-command.ts';
import { mostSendBytes } from '../../winrm/messages/send.ts';
import type { FileDigests, LocalFile } from './file-digests.ts';

/** Runs a command in the guest; standard input and output may be streams. */
export type RunInGuest = (options: RunOptions, call: Call) => Promise<CommandResult>;

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as Sha256);
const digestAnswer = z.discriminatedUnion('exists', [
  z.object({ exists: z.literal(false) }),
  z.object({ exists: z.literal(true), sizeBytes: z.number(), sha256 }),
]);
const receiveAnswer = z.union([z.object({ sizeBytes: z.number(), sha256 }), z.object({ error: z.string() })]);

/** The agent answers in one short line. */
const MOST_ANSWER_BYTES = 64 << 10;
const MOST_REASON_CHARACTERS = 500;

/** Copies files by way of the agent in the guest, whose `receive` and `send` do in the guest what is done here on this side. */
export class AgentFiles {
  readonly #launcher: string;
  readonly #run: RunInGuest;
  readonly #digests: FileDigests;
  readonly #clock: Clock;

  constructor(launcher: string, run: RunInGuest, digests: FileDigests, clock: Clock) {
    this.#launcher = launcher;
    this.#run = run;
    this.#digests = digests;
    this.#clock = clock;
  }

  /** See `Connection.put`. */
  async put(local: LocalPath, to: RemotePath, call: Call): Promise<FileReceipt> {
    const startedAt = this.#clock.monotonicMs();
    const file = await this.#digests.of(local);
    const receipt = (way: string): FileReceipt => ({
      path: to,
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
      durationMs: this.#clock.monotonicMs() - startedAt,
      way,
    });
    const there = await this.#digestOf(to, 'winrm.upload-refused', call);
    if (there?.sha256 === file.sha256 && there.sizeBytes === file.sizeBytes) return receipt('already-there');
    const options = { line: this.#line('receive', { to, sizeBytes: file.sizeBytes, sha256: file.sha256 }), stdin: piecesOf(local) };
    const result = await this.#run({ ...options, skipCmdShell: true, maxOutputBytes: MOST_ANSWER_BYTES }, call);
    this.#judge(result, file, to);
    return receipt('winrm-stdin');
  }

  /** See `Connection.get`. */
  async get(from: RemotePath, to: LocalPath, call: Call): Promise<FileReceipt> {
    const startedAt = this.#clock.monotonicMs();
    const there = await this.#digestOf(from, 'winrm.download-refused', call);
    if (there === undefined) throw LabError.of('winrm.download-refused', { path: from, reason: 'there is no such file' });
    const temporary = `${to}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      const actual = await this.#fetch(from, temporary, call);
      if (actual.sha256 !== there.sha256)
        throw LabError.of('winrm.download-mismatch', { path: from, actual: actual.sha256, expected: there.sha256 });
      await rename(temporary, to).catch((error: unknown) => {
        throw writeError(error, to);
      });
      return { path: to, ...actual, durationMs: this.#clock.monotonicMs() - startedAt, way: 'winrm-stdout' };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #fetch(from: RemotePath, temporary: string, call: Call): Promise<{ readonly sizeBytes: number; readonly sha256: Sha256 }> {
    let handle: FileHandle;
    try {
      await mkdir(path.dirname(temporary), { recursive: true });
      handle = await open(temporary, 'wx');
    } catch (error) {
      throw writeError(error, temporary);
    }
    try {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      const errors: Uint8Array[] = [];
      const onOutput: RunOptions['onOutput'] = async ({ stream, bytes }) => {
        if (stream === 'stderr') {
          if (errors.length < 16) errors.push(bytes.slice(0, MOST_REASON_CHARACTERS));
          return;
        }
        hash.update(bytes);
        sizeBytes += bytes.byteLength;
        await handle.writeFile(bytes).catch((error: unknown) => {
          throw writeError(error, temporary);
        });
      };
      const result = await this.#run({ line: this.#line('send', { path: from }), skipCmdShell: true, maxOutputBytes: 0, onOutput }, call);
      if (result.exitCode !== 0) {
        const reason = plain(Buffer.concat(errors).toString('utf8')) || `the agent ended with exit code ${result.exitCode}`;
        throw LabError.of('winrm.download-refused', { path: from, reason });
      }
      return { sizeBytes, sha256: hash.digest('hex') as Sha256 };
    } finally {
      await handle.close();
    }
  }

  /** What the guest says of a file; `undefined` when there is none. */
  async #digestOf(
    file: RemotePath,
    refusal: 'winrm.upload-refused' | 'winrm.download-refused',
    call: Call,
  ): Promise<{ readonly sizeBytes: number; readonly sha256: Sha256 } | undefined> {
    const result = await this.#run(
      { line: this.#line('digest', { path: file }), skipCmdShell: true, maxOutputBytes: MOST_ANSWER_BYTES },
      call,
    );
    const answer = digestAnswer.safeParse(lastLine(result.stdout));
    if (result.exitCode !== 0 || !answer.success)
      throw LabError.of(refusal, { path: file, reason: `the agent does not answer: ${explain(result)}` });
    return answer.data.exists ? answer.data : undefined;
  }

  /** Believes an upload only when the agent's own digest is the right one. */
  #judge(result: CommandResult, file: LocalFile, to: RemotePath): void {
    const answer = receiveAnswer.safeParse(lastLine(result.stdout));
    if (answer.success && 'sha256' in answer.data && result.exitCode === 0) {
      if (answer.data.sha256 === file.sha256 && answer.data.sizeBytes === file.sizeBytes) return;
      this.#digests.forget(file.path);
      throw LabError.of('winrm.upload-mismatch', { path: to, actual: answer.data.sha256, expected: file.sha256 });
    }
    // The digest may have been of an earlier state of the file; the next attempt computes it anew.
    this.#digests.forget(file.path);
    throw LabError.of('winrm.upload-refused', {
      path: to,
      reason: answer.success && 'error' in answer.data ? plain(answer.data.error) : explain(result),
    });
  }

  #line(verb: string, request: Readonly<Record<string, unknown>>): string {
    return `${this.#launcher} ${verb} ${Buffer.from(JSON.stringify(request)).toString('base64url')}`;
  }
}

/** A file in pieces that fill one Send each. */
async function* piecesOf(file: LocalPath): AsyncGenerator<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(mostSendBytes);
      const { bytesRead } = await handle.read(piece, 0, piece.length, null);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** The last line of output as JSON, `undefined` when it is none. */
function lastLine(output: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(output).toString('utf8').trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}

const explain = (result: CommandResult): string =>
  plain(Buffer.from(result.stderr).toString('utf8')) ||
  plain(Buffer.from(result.stdout).toString('utf8')) ||
  `it ended with exit code ${result.exitCode} and said nothing`;

/** Text of the guest's on one line, without control characters. */
// oxlint-disable-next-line no-control-regex -- they are what is taken out
const plain = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, MOST_REASON_CHARACTERS);

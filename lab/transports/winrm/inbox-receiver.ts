import { createReadStream } from 'node:fs';
import type { Call } from '../../core/call.ts';
import type { LocalPath, RemotePath, Sha256 } from '../../core/ids.ts';
import type { CommandResult } from '../../core/transport.ts';
import { type TreeItem, treeText } from '../../core/tree-text.ts';
import { sha256Of } from '../../host/hash.ts';
import type { RunOptions } from '../../winrm/client/run-command.ts';
import { base64Lines, fromBase64Lines } from './base64-lines.ts';
import type { LocalFile } from './file-digests.ts';
import { guestWords } from './guest-words.ts';
import { type FileFacts, type Incoming, type Receiver, ReceiverUnfit, Refused } from './receiver.ts';
import type { RunInGuest } from './run-in-guest.ts';

/** A receiver that takes and gives files as lines of base64. */
export interface LineReceiver extends Receiver {
  /** Takes the whole file to its unfinished place. */
  readonly lines: (file: Incoming, local: LocalFile, onArrived: (bytes: number) => void, call: Call) => Promise<void>;
  /** Gives a file out, piece by piece. */
  readonly give: (path: RemotePath, call: Call) => AsyncIterable<Uint8Array>;
}

const MOST_OUTPUT_BYTES = 16 << 20;
/** `'certutil' is not recognized …` */
const NO_SUCH_PROGRAM = 9009;
/** certutil gives up at about 74 MB of text. */
const PIECE_BYTES = 24 << 20;
/** cmd.exe takes 8191 characters. */
const MOST_LINE_CHARACTERS = 7000;
const MOST_TREE_FILES = 20_000;

/** A path between quotes, in which cmd.exe changes nothing but percent signs. */
function quoted(path: string): string {
  if (/["%\u0000-\u001f]/.test(path)) throw new Refused('bad-request', `cmd.exe cannot be given the path ${guestWords(path)}`);
  return `"${path}"`;
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('\\'));

/**
 * What any Windows has without PowerShell: cmd.exe with certutil and findstr, curl.exe and tar.exe where they are (Windows 10 from 1803). Slow, and
 * the last resort: a process for each step.
 */
export function inboxReceiver(run: RunInGuest): LineReceiver {
  const cmd = (line: string, call: Call, more: Partial<RunOptions> = {}): Promise<CommandResult> =>
    run({ line, skipCmdShell: false, maxOutputBytes: MOST_OUTPUT_BYTES, ...more }, call);
  const explain = ({ stderr, stdout, exitCode }: CommandResult): string =>
    guestWords(Buffer.from(stderr).toString('utf8')) || guestWords(Buffer.from(stdout).toString('utf8')) || `exit code ${exitCode}`;
  /** For steps that have to work. */
  const must = async (line: string, call: Call, more: Partial<RunOptions> = {}): Promise<CommandResult> => {
    const result = await cmd(line, call, more);
    if (result.exitCode === NO_SUCH_PROGRAM) throw new ReceiverUnfit(explain(result));
    if (result.exitCode !== 0) throw new Refused('io', explain(result));
    return result;
  };
  const temporaryOf = ({ to, sha256 }: Incoming): string => `${to}.${sha256.slice(0, 16)}.lab-part`;
  const makeParent = async (path: string, call: Call): Promise<void> => {
    const parent = parentOf(path);
    // Fails where the folder is there, which is no matter; where it cannot be made, the next step tells.
    if (parent.length > 2) await cmd(`mkdir ${quoted(parent)} 2>nul`, call);
  };
  const sizeOf = async (path: string, call: Call): Promise<number | undefined> => {
    const result = await cmd(`for %I in (${quoted(path)}) do @echo %~zI`, call);
    const text = Buffer.from(result.stdout).toString('utf8').trim();
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  };
  const digest = async (path: string, call: Call): Promise<FileFacts | undefined> => {
    const sizeBytes = await sizeOf(path, call);
    if (sizeBytes === undefined) return undefined;
    // certutil makes no digest of an empty file (ERROR_FILE_INVALID).
    if (sizeBytes === 0) return { sizeBytes, sha256: sha256Of('') };
    const result = await cmd(`certutil -hashfile ${quoted(path)} SHA256`, call);
    if (result.exitCode === NO_SUCH_PROGRAM) throw new ReceiverUnfit(explain(result));
    if (result.exitCode !== 0) return undefined;
    const [sha256] = digestsIn(result.stdout);
    if (sha256 === undefined) throw new ReceiverUnfit(`certutil gave no digest: ${explain(result)}`);
    return { sizeBytes, sha256 };
  };
  const listed = async (path: string, kind: '/a-d' | '/ad', call: Call): Promise<readonly string[]> => {
    const result = await cmd(`dir /s /b ${kind} ${quoted(path)} 2>nul`, call);
    const prefix = `${path.replace(/\\$/, '')}\\`.toLowerCase();
    const names = Buffer.from(result.stdout)
      .toString('utf8')
      .split(/\r?\n/)
      .filter((name) => name !== '');
    if (names.length > MOST_TREE_FILES || result.truncated.stdout) throw new Refused('too-large', 'too many files');
    if (names.some((name) => !name.toLowerCase().startsWith(prefix))) throw new ReceiverUnfit('dir lists what was not asked for');
    return names.map((name) => name.slice(prefix.length));
  };
  const treeItems = async (path: string, call: Call): Promise<readonly TreeItem[]> => {
    const items: TreeItem[] = (await listed(path, '/ad', call)).map((name) => ({ kind: 'directory', path: name.replaceAll('\\', '/') }));
    const names = await listed(path, '/a-d', call);
    for (let at = 0; at < names.length;) {
      const group: string[] = [];
      let line = '';
      for (
        let name = names[at];
        name !== undefined && line.length + 2 * name.length + 2 * path.length < MOST_LINE_CHARACTERS;
        name = names[++at]
      ) {
        const full = quoted(`${path}\\${name}`);
        line += `${line === '' ? '' : ' & '}for %I in (${full}) do @echo size %~zI & certutil -hashfile ${full} SHA256`;
        group.push(name);
      }
      if (group.length === 0) throw new Refused('bad-request', 'a name is too long for cmd.exe');
      items.push(...readTreeAnswer(group, (await cmd(line, call)).stdout));
    }
    return items;
  };
  const treeFacts = (items: readonly TreeItem[]) => {
    const files = items.filter((item) => item.kind === 'file');
    return {
      files: files.length,
      sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      treeSha256: sha256Of(treeText(items)),
    };
  };
  const curl = async (options: string, url: string, call: Call): Promise<CommandResult> => {
    const result = await cmd(`curl.exe -fsS --noproxy * --connect-timeout 3 ${options} ${quoted(url)}`, call);
    // CURLE_WRITE_ERROR is the guest's disk; everything else is the way to this host, or that there is no curl.exe.
    if (result.exitCode === 23) throw new Refused('io', explain(result));
    if (result.exitCode !== 0) throw new ReceiverUnfit(explain(result));
    return result;
  };
  const discard = async (file: Incoming, call: Call): Promise<void> => {
    const temporary = temporaryOf(file);
    await cmd(`del /f /q ${[temporary, `${temporary}.b64`, `${temporary}.bin`].map(quoted).join(' ')} 2>nul`, call);
  };
  // `dir` fails for a folder with nothing in it.
  const folderIsThere = async (path: string, call: Call): Promise<boolean> =>
    Buffer.from((await cmd(`if exist ${quoted(`${path}\\`)} echo folder`, call)).stdout)
      .toString('utf8')
      .startsWith('folder');
  return {
    name: 'inbox',
    look: async (file, _partBytes, call) => {
      const found = await digest(file.to, call);
      return { there: found?.sizeBytes === file.sizeBytes && found.sha256 === file.sha256, parts: [] };
    },
    probe: async (url, timeoutMs, call) => (await curl(`--max-time ${Math.ceil(timeoutMs / 1000)}`, url, call)).stdout,
    fetch: async (file, url, ranges, call) => {
      const temporary = temporaryOf(file);
      await makeParent(temporary, call);
      // curl takes a file up at its end. One that has gaps, or is whole and not yet judged, cannot be gone on with.
      const [from, end] = [ranges[0]?.[0], ranges.at(-1)?.[1]];
      const isEnd = end === file.sizeBytes && ranges.every(([start], index) => index === 0 || start === ranges[index - 1]?.[1]);
      if (!isEnd || from !== (await sizeOf(temporary, call))) await discard(file, call);
      await curl(`--retry 3 -C - -o ${quoted(temporary)}`, url, call);
    },
    finish: async (file, call) => {
      const temporary = temporaryOf(file);
      if (file.sizeBytes === 0) {
        await makeParent(temporary, call);
        await must(`type nul >${quoted(temporary)}`, call);
      }
      const found = await digest(temporary, call);
      if (found === undefined) throw new Refused('not-found', 'nothing of it has arrived');
      if (found.sizeBytes === file.sizeBytes && found.sha256 === file.sha256)
        await must(`move /y ${quoted(temporary)} ${quoted(file.to)}`, call);
      else await discard(file, call);
      return found;
    },
    discard,
    digest,
    remove: async (path, call) => void (await cmd(`del /f /q ${quoted(path)} 2>nul`, call)),
    treeDigest: async (path, call) => ((await folderIsThere(path, call)) ? treeFacts(await treeItems(path, call)) : undefined),
    placeTree: async (archive, to, treeSha256, call) => {
      const staging = `${to}.${treeSha256.slice(0, 16)}.lab-part`;
      try {
        if (await folderIsThere(to, call)) throw new Refused('exists', `a folder of that name is there: ${to}`);
        await must(`mkdir ${quoted(staging)}`, call);
        await must(`tar.exe -xf ${quoted(archive)} -C ${quoted(staging)}`, call);
        const found = treeFacts(await treeItems(staging, call));
        if (found.treeSha256 === treeSha256) await must(`move ${quoted(staging)} ${quoted(to)}`, call);
        return found;
      } finally {
        await cmd(`rmdir /s /q ${quoted(staging)} 2>nul`, call).catch(() => {});
        await cmd(`del /f /q ${quoted(archive)} 2>nul`, call).catch(() => {});
      }
    },
    packTree: async (path, archive, call) => {
      if (!(await folderIsThere(path, call))) throw new Refused('not-found', `there is no such folder: ${path}`);
      const tree = treeFacts(await treeItems(path, call));
      await must(`tar.exe -a -cf ${quoted(archive)} -C ${quoted(path)} .`, call);
      const facts = await digest(archive, call);
      if (facts === undefined) throw new Refused('io', 'the archive is gone');
      return { ...tree, archive: facts };
    },
    lines: async (file, local, onArrived, call) => {
      const temporary = temporaryOf(file);
      const [text, piece] = [`${temporary}.b64`, `${temporary}.bin`];
      await makeParent(temporary, call);
      await discard(file, call);
      for (let from = 0; from < file.sizeBytes; from += PIECE_BYTES) {
        const end = Math.min(from + PIECE_BYTES, file.sizeBytes);
        // In-box programs that copy text lines as they come; type and more do not read a pipe, or change what they read.
        const input = base64Lines(rangeOf(local.path, from, end), onArrived);
        const taken = await cmd(`findstr "^" >${quoted(text)}`, call, { stdin: input });
        if (taken.exitCode !== 0) {
          // It fails without a word where it found no line, which cannot be: it is not Windows' own.
          throw taken.stderr.length > 0 && taken.exitCode !== NO_SUCH_PROGRAM
            ? new Refused('io', explain(taken))
            : new ReceiverUnfit(`findstr passed nothing on: ${explain(taken)}`);
        }
        await must(`certutil -f -decode ${quoted(text)} ${quoted(from === 0 ? temporary : piece)}`, call);
        if (from > 0) await must(`copy /b /y ${quoted(temporary)}+${quoted(piece)} ${quoted(temporary)}`, call);
      }
      await cmd(`del /f /q ${quoted(text)} ${quoted(piece)} 2>nul`, call);
    },
    give: async function* give(path, call) {
      const text = `${path}.lab-b64`;
      try {
        await must(`certutil -f -encode ${quoted(path)} ${quoted(text)}`, call);
        const result = await must(`type ${quoted(text)}`, call, { maxOutputBytes: 2 * PIECE_BYTES });
        if (result.truncated.stdout) throw new ReceiverUnfit('the file is too large to come out as lines of base64');
        yield fromBase64Lines(result.stdout);
      } finally {
        await cmd(`del /f /q ${quoted(text)} 2>nul`, call).catch(() => {});
      }
    },
  };
}

/** Digests among what certutil printed, whatever its language: lines of 64 hexadecimal digits, in older versions with blanks between. */
function digestsIn(stdout: Uint8Array): readonly Sha256[] {
  return Buffer.from(stdout)
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.replaceAll(' ', '').toLowerCase())
    .filter((line) => /^[0-9a-f]{64}$/.test(line)) as readonly string[] as readonly Sha256[];
}

/** Sizes and digests of a group of files, in order. An empty file has a size and no digest. */
function readTreeAnswer(names: readonly string[], stdout: Uint8Array): readonly TreeItem[] {
  // size 1234
  const blocks = Buffer.from(stdout)
    .toString('utf8')
    .split(/^size (?=\d)/m)
    .slice(1);
  if (blocks.length !== names.length) throw new ReceiverUnfit('certutil answered for fewer files than it was asked');
  return names.map((name, index) => {
    const block = blocks[index] ?? '';
    const sizeBytes = Number.parseInt(block, 10);
    const sha256 = sizeBytes === 0 ? sha256Of('') : digestsIn(Buffer.from(block))[0];
    if (sha256 === undefined) throw new ReceiverUnfit(`certutil gave no digest of ${guestWords(name)}`);
    return { kind: 'file', path: name.replaceAll('\\', '/'), sizeBytes, sha256 };
  });
}

async function* rangeOf(file: LocalPath, from: number, end: number): AsyncGenerator<Uint8Array> {
  for await (const piece of createReadStream(file, { start: from, end: end - 1, highWaterMark: 1 << 18 })) yield piece as Uint8Array;
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { appendFile, copyFile, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { GuestProcess, GuestProcesses } from '../../core/guest-processes.ts';
import { hostPathOf } from '../local-connection.ts';

/** What a program of the stand-in did. */
interface Done {
  readonly exitCode: number;
  readonly stdout: string | Buffer;
  readonly stderr?: string;
}

/** One simple command of a line: its words without quotes, and where its output goes. */
interface Simple {
  readonly words: readonly string[];
  readonly to: string | undefined;
  readonly quiet: boolean;
}

const MOST_LINE_CHARACTERS = 8191;
const CRLF = '\r\n';

/**
 * A strict stand-in for cmd.exe and the in-box programs that copying as lines of base64 uses, on this machine's files below `root`. It knows exactly
 * the forms that are documented and used; everything else fails the test that asked for it, as an exit code that no program has.
 */
export function inboxProcesses(root: string, lacking: readonly string[] = []): GuestProcesses & { readonly lines: string[] } {
  const lines: string[] = [];
  const native = (guestPath: string): string => hostPathOf(root, guestPath);
  const run = async (line: string, stdin: PassThrough): Promise<Done> => {
    lines.push(line);
    if (line.length > MOST_LINE_CHARACTERS) return { exitCode: 1, stdout: '', stderr: 'The command line is too long.' };
    let last: Done = { exitCode: 0, stdout: '' };
    const output: Buffer[] = [];
    const errors: string[] = [];
    for (const command of splitLine(line)) {
      const done = await runSimple(command, stdin);
      if (command.to !== undefined && command.to !== 'nul' && !(done.stdout instanceof Buffer && command.words[0] === 'findstr'))
        await writeFile(native(command.to), done.stdout);
      if (command.to === undefined) output.push(Buffer.from(done.stdout));
      if (!command.quiet) errors.push(done.stderr ?? '');
      last = done;
    }
    return { exitCode: last.exitCode, stdout: Buffer.concat(output), stderr: errors.join('') };
  };
  const runSimple = async ({ words, to }: Simple, stdin: PassThrough): Promise<Done> => {
    const [program = '', ...args] = words;
    if (lacking.includes(program))
      return { exitCode: 9009, stdout: '', stderr: `'${program}' is not recognized as an internal or external command,${CRLF}` };
    try {
      return await programs(program, args, to, stdin);
    } catch (error) {
      return { exitCode: 1, stdout: '', stderr: `${(error as Error).message}${CRLF}` };
    }
  };
  const programs = async (program: string, args: readonly string[], to: string | undefined, stdin: PassThrough): Promise<Done> => {
    const [first = '', second = '', third = ''] = args;
    switch (program) {
      case 'for':
        return forSize(args, native);
      case 'certutil':
        return certutil(args, native);
      case 'findstr':
        if (first !== '^' || to === undefined) return unknown(program, args);
        return findstr(stdin, native(to));
      case 'type':
        return { exitCode: 0, stdout: first === 'nul' ? '' : await readFile(native(first)) };
      case 'mkdir':
        // With command extensions, which are on, it makes all the folders on the way.
        if (await isThere(native(first)))
          return { exitCode: 1, stdout: '', stderr: `A subdirectory or file ${first} already exists.${CRLF}` };
        await mkdir(native(first), { recursive: true });
        return { exitCode: 0, stdout: '' };
      case 'del':
        if (first !== '/f' || second !== '/q') return unknown(program, args);
        for (const file of args.slice(2)) await rm(native(file), { force: true });
        return { exitCode: 0, stdout: '' };
      case 'rmdir':
        if (first !== '/s' || second !== '/q') return unknown(program, args);
        await rm(native(third), { recursive: true });
        return { exitCode: 0, stdout: '' };
      case 'move':
        return move(args, native);
      case 'copy':
        return copy(args, native);
      case 'if':
        // if exist "C:\a\" echo folder
        if (first !== 'exist' || !second.endsWith('\\') || third !== 'echo' || args[3] !== 'folder') return unknown(program, args);
        return { exitCode: 0, stdout: (await isFolder(native(second.slice(0, -1)))) ? `folder${CRLF}` : '' };
      case 'dir':
        return dir(args, native);
      case 'tar.exe':
      case 'curl.exe':
        return real(program, args, native);
    }
    return unknown(program, args);
  };
  return {
    lines,
    start: async (command): Promise<GuestProcess> => {
      const stdin = new PassThrough();
      const done = run(command.line, stdin);
      return {
        output: (async function* output() {
          const { stdout, stderr = '' } = await done;
          if (stdout.length > 0) yield { stream: 'stdout' as const, bytes: Buffer.from(stdout) };
          if (stderr !== '') yield { stream: 'stderr' as const, bytes: Buffer.from(stderr) };
        })(),
        exited: done.then(({ exitCode }) => exitCode),
        // A copy: it says that it has taken what it only keeps.
        write: (bytes) =>
          new Promise((resolve, reject) => stdin.write(Uint8Array.from(bytes), (error) => (error ? reject(error) : resolve()))),
        end: async () => void stdin.end(),
        kill: () => void stdin.destroy(),
      };
    },
  };
}

const unknown = (program: string, args: readonly string[]): Done => ({
  exitCode: 4242,
  stdout: '',
  stderr: `the stand-in knows no ${program} ${args.join(' ')}${CRLF}`,
});

/** Splits at ` & ` and into words; quotes keep what they enclose and are taken off. `if`, `|`, `^` and variables are not known. */
function splitLine(line: string): readonly Simple[] {
  const commands: Simple[] = [];
  // "C:\a b", >, 2>nul, &, a
  const tokens = line.match(/"[^"]*"|2>nul|[>&+()]|[^\s">&+()]+/g) ?? [];
  let words: string[] = [];
  let to: string | undefined;
  let quiet = false;
  const end = (): void => {
    commands.push({ words, to, quiet });
    [words, to, quiet] = [[], undefined, false];
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    if (token === '&') end();
    else if (token === '2>nul') quiet = true;
    else if (token === '>') to = unquoted(tokens[++at] ?? '');
    else words.push(unquoted(token));
  }
  end();
  return commands;
}

const unquoted = (word: string): string => word.replace(/^"(.*)"$/, '$1');

type Native = (guestPath: string) => string;

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const isFolder = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** `for %I in ("C:\a") do @echo [size ]%~zI`: nothing where there is no such file, as the variable is empty then. */
async function forSize(args: readonly string[], native: Native): Promise<Done> {
  const [variable, word, open, file = '', close, verb, echo, ...rest] = args;
  const shape = [variable, word, open, close, verb, echo].join(' ') === '%I in ( ) do @echo';
  if (!shape || !['%~zI', 'size %~zI'].includes(rest.join(' '))) return unknown('for', args);
  const size = await stat(native(file)).then(
    (found) => String(found.size),
    () => '',
  );
  const said = rest.join(' ').replace('%~zI', size);
  return { exitCode: 0, stdout: `${said === '' ? 'ECHO is on.' : said}${CRLF}` };
}

async function certutil(args: readonly string[], native: Native): Promise<Done> {
  const over = (verb: string): string => `CertUtil: ${verb} command completed successfully.${CRLF}`;
  const failed = (verb: string, code: string): Done => ({
    exitCode: 0x80070000 + 2,
    stdout: `CertUtil: ${verb} command FAILED: ${code}${CRLF}`,
  });
  if (args[0] === '-hashfile' && args[2] === 'SHA256') {
    const bytes = await readFile(native(args[1] ?? '')).catch(() => undefined);
    // ERROR_FILE_INVALID
    if (bytes === undefined || bytes.length === 0) return failed('-hashfile', '0x800703ee (WIN32: 1006)');
    const digest = createHash('sha256').update(bytes).digest('hex');
    return { exitCode: 0, stdout: `SHA256 hash of ${args[1]}:${CRLF}${digest}${CRLF}${over('-hashfile')}` };
  }
  const [force, verb, from = '', to = ''] = args;
  if (force !== '-f') return unknown('certutil', args);
  const source = await readFile(native(from)).catch(() => undefined);
  if (source === undefined) return failed(verb ?? '', '0x80070002 (WIN32: 2 ERROR_FILE_NOT_FOUND)');
  if (verb === '-decode') {
    const lines = source.toString('latin1').split(CRLF);
    // Each line by itself, as a decoder of a text does not: padding may stand at the end only.
    if (lines.some((line) => !/^[A-Za-z0-9+/]*={0,2}$/.test(line))) return failed('-decode', '0x8007000d (WIN32: 13 ERROR_INVALID_DATA)');
    await writeFile(native(to), Buffer.from(lines.join(''), 'base64'));
    return { exitCode: 0, stdout: over('-decode') };
  }
  if (verb === '-encode') {
    const lines = source.toString('base64').match(/.{1,64}/g) ?? [];
    await writeFile(native(to), ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join(CRLF));
    return { exitCode: 0, stdout: over('-encode') };
  }
  return unknown('certutil', args);
}

/** Copies lines; the last one counts though it does not end. Longer ones than 8191 characters are beyond it. */
async function findstr(stdin: PassThrough, to: string): Promise<Done> {
  let longest = 0;
  let current = 0;
  await pipeline(
    stdin,
    async function* watched(pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        for (const byte of piece) {
          current = byte === 10 ? 0 : current + 1;
          longest = Math.max(longest, current);
        }
        yield piece;
      }
    },
    createWriteStream(to),
  );
  return longest > 8191 ? { exitCode: 1, stdout: '', stderr: 'FINDSTR: Line is too long.' } : { exitCode: 0, stdout: Buffer.alloc(0) };
}

async function move(args: readonly string[], native: Native): Promise<Done> {
  const overwrites = args[0] === '/y';
  const [from = '', to = ''] = overwrites ? args.slice(1) : args;
  const source = await stat(native(from)).catch(() => undefined);
  if (source === undefined) return { exitCode: 1, stdout: '', stderr: `The system cannot find the file specified.${CRLF}` };
  const target = await stat(native(to)).catch(() => undefined);
  if (target?.isDirectory()) return { exitCode: 1, stdout: '', stderr: `Access is denied.${CRLF}` };
  if (target !== undefined && !overwrites) return { exitCode: 1, stdout: '', stderr: 'Overwrite? (Yes/No/All):' };
  await rename(native(from), native(to));
  return { exitCode: 0, stdout: `        1 ${source.isDirectory() ? 'dir' : 'file'}(s) moved.${CRLF}` };
}

/** `copy /b /y "A"+"B" "A"`: appends B to A. */
async function copy(args: readonly string[], native: Native): Promise<Done> {
  const [binary, yes, first = '', plus, second = '', to = ''] = args;
  if (binary !== '/b' || yes !== '/y' || plus !== '+') return unknown('copy', args);
  if (first === to) await appendFile(native(to), await readFile(native(second)));
  else {
    await copyFile(native(first), native(to));
    await appendFile(native(to), await readFile(native(second)));
  }
  return { exitCode: 0, stdout: `${first}${CRLF}${second}${CRLF}        1 file(s) copied.${CRLF}` };
}

/** `dir /s /b /ad|/a-d "C:\a"`: full names; exit code 1 where there is nothing, also in a folder that is there. */
async function dir(args: readonly string[], native: Native): Promise<Done> {
  const [deep, bare, kind = '', folder = ''] = args;
  if (deep !== '/s' || bare !== '/b' || !['/ad', '/a-d'].includes(kind)) return unknown('dir', args);
  const top = native(folder);
  const found = await readdir(top, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = found
    .filter((entry) => entry.isDirectory() === (kind === '/ad'))
    .map((entry) => `${folder}\\${path.relative(top, path.join(entry.parentPath, entry.name)).replaceAll('/', '\\')}${CRLF}`);
  return names.length === 0 ? { exitCode: 1, stdout: '', stderr: `File Not Found${CRLF}` } : { exitCode: 0, stdout: names.join('') };
}

/** This machine's own program, its guest paths translated. */
async function real(program: string, args: readonly string[], native: Native): Promise<Done> {
  const own = program === 'tar.exe' ? ['bsdtar'] : ['curl'];
  const translated = args.map((arg) => (/^[A-Za-z]:\\/.test(arg) ? native(arg) : arg));
  const child = spawn(own[0] ?? '', translated, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, exitCode] = await Promise.all([
    Array.fromAsync(child.stdout as AsyncIterable<Buffer>).then((pieces) => Buffer.concat(pieces)),
    textOf(child.stderr),
    new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    }),
  ]);
  return { exitCode, stdout, stderr };
}

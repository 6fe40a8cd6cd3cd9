import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** How much a log tells; each takes in what follows it. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What goes with a line: short and flat. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A log on the disk. Its functions cost little and never fail the program: lines wait in memory and are written in pieces. */
export interface FileLog extends AsyncDisposable {
  /** Whether lines of this level are kept, for those that are dear to make. */
  readonly keeps: (level: LogLevel) => boolean;
  readonly debug: (text: string, fields?: LogFields) => void;
  readonly info: (text: string, fields?: LogFields) => void;
  readonly warn: (text: string, fields?: LogFields) => void;
  readonly error: (text: string, fields?: LogFields) => void;
  /** Resolves when all lines so far are with the operating system. */
  readonly flush: () => Promise<void>;
  /** Why nothing is written any more; `undefined` while all is well. */
  readonly problem: () => Error | undefined;
}

export interface FileLogOptions {
  readonly folder: string;
  readonly level: LogLevel | 'off';
  /** Takes secrets and home paths out of a line. */
  readonly mask?: (text: string) => string;
  readonly now?: () => Date;
  /** A file that is longer is not continued. */
  readonly mostFileBytes?: number;
  /** Files beyond this number go, the oldest first. */
  readonly mostFiles?: number;
}

const LABELS: Readonly<Record<LogLevel, string>> = { debug: 'DEBUG', info: 'INFO ', warn: 'WARN ', error: 'ERROR' };
const MOST_FILE_BYTES = 5 * 2 ** 20;
const MOST_FILES = 14;
const MOST_LINE = 4_096;
/** Lines that wait: at this length they are written, and beyond the second one they are dropped, when the disk is too slow for them. */
const WRITE_AT = 65_536;
const MOST_WAITING = 4 * 2 ** 20;
// anivault-2026-01-02.log · anivault-2026-01-02.3.log
const NAME = /^anivault-(\d{4}-\d{2}-\d{2})(?:\.(\d{1,4}))?\.log$/;
// line breaks and other signs that would forge lines or move a terminal's cursor
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Opens the log in a folder. Files are named by the day (UTC) and counted within it; none is ever renamed, since Windows refuses that while another
 * process writes to it. Several processes append to the same file, whole pieces of lines at a time.
 */
export function openFileLog(options: FileLogOptions): FileLog {
  const { folder, level, mask = (text) => text, now = () => new Date(), mostFileBytes = MOST_FILE_BYTES, mostFiles = MOST_FILES } = options;
  const least = level === 'off' ? logLevels.length : logLevels.indexOf(level);
  let waiting: string[] = [];
  let waitingLength = 0;
  let dropped = 0;
  let writing: Promise<void> | undefined;
  let failure: Error | undefined;
  let current: { readonly day: string; readonly file: string; bytes: number } | undefined;

  const fileFor = async (day: string): Promise<{ readonly file: string; bytes: number }> => {
    if (current?.day === day && current.bytes < mostFileBytes) return current;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(folder)).flatMap((name) => {
      const [, of, number] = NAME.exec(name) ?? [];
      return of === undefined ? [] : [{ name, day: of, number: Number(number ?? 0) }];
    });
    const ordered = names.toSorted((a, b) => (a.day === b.day ? b.number - a.number : a.day < b.day ? 1 : -1));
    const last = ordered.find((one) => one.day === day)?.number ?? 0;
    const nameOf = (number: number): string => path.join(folder, number === 0 ? `anivault-${day}.log` : `anivault-${day}.${number}.log`);
    const bytes = (await stat(nameOf(last)).catch(() => undefined))?.size ?? 0;
    current = bytes < mostFileBytes ? { day, file: nameOf(last), bytes } : { day, file: nameOf(last + 1), bytes: 0 };
    for (const { name } of ordered.slice(mostFiles - 1)) {
      if (path.join(folder, name) !== current.file) await rm(path.join(folder, name), { force: true }).catch(() => {});
    }
    return current;
  };

  const writeOut = async (): Promise<void> => {
    while (waiting.length > 0 && failure === undefined) {
      if (dropped > 0) waiting.push(`${now().toISOString()} WARN  ${dropped} lines were left out, because the disk is too slow for them\n`);
      const text = mask(waiting.join(''));
      [waiting, waitingLength, dropped] = [[], 0, 0];
      try {
        const target = await fileFor(now().toISOString().slice(0, 10));
        await appendFile(target.file, text, { mode: 0o600 });
        target.bytes += Buffer.byteLength(text);
      } catch (error) {
        failure = error as Error;
      }
    }
    writing = undefined;
  };

  /** Thousands of lines have the same millisecond; writing it out costs more than all the rest of a line. */
  let stamped = { ms: Number.NaN, text: '' };
  const stamp = (): string => {
    const at = now();
    if (at.getTime() !== stamped.ms) stamped = { ms: at.getTime(), text: at.toISOString() };
    return stamped.text;
  };

  const add = (of: LogLevel, text: string, fields?: LogFields): void => {
    if (logLevels.indexOf(of) < least || failure !== undefined) return;
    if (waitingLength > MOST_WAITING) {
      dropped += 1;
      return;
    }
    const line = `${stamp()} ${LABELS[of]} ${lineOf(text, fields)}\n`;
    waiting.push(line);
    waitingLength += line.length;
    if (waitingLength >= WRITE_AT) writing ??= writeOut();
  };

  const flush = async (): Promise<void> => {
    if (waiting.length > 0) writing ??= writeOut();
    await writing;
  };

  return {
    keeps: (of) => logLevels.indexOf(of) >= least && failure === undefined,
    debug: (text, fields) => add('debug', text, fields),
    info: (text, fields) => add('info', text, fields),
    warn: (text, fields) => add('warn', text, fields),
    error: (text, fields) => add('error', text, fields),
    flush,
    problem: () => failure,
    [Symbol.asyncDispose]: flush,
  };
}

function lineOf(text: string, fields: LogFields | undefined): string {
  const more = fields === undefined ? '' : ` ${JSON.stringify(fields)}`;
  const line = (text.length + more.length > MOST_LINE ? `${(text + more).slice(0, MOST_LINE)} …` : text + more).toWellFormed();
  return line.search(CONTROLS) < 0 ? line : line.replace(CONTROLS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

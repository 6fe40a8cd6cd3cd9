import type { Session } from 'ssh2';
import { type GuestCommand, type GuestProcess, type GuestProcesses, StartFailure } from '../../core/guest-processes.ts';
import { pipeProcess } from './pipe-process.ts';
import { plainProgram } from './plain-program.ts';

export interface SessionOptions {
  readonly processes: GuestProcesses;
  /** The program behind the subsystem `sftp`, started without a shell. Absent: there is no such subsystem. */
  readonly sftpProgram?: string;
}

const MOST_VARIABLES = 64;
const MOST_VARIABLE_CHARACTERS = 8192;
/** A command line of Windows has no more characters; cmd.exe takes 8191. */
const MOST_LINE_CHARACTERS = 32_767;
/** What OpenSSH ends with when it has something to say for itself. */
const OWN_FAILURE = 255;
/** Consoles of a guest start with it; clients that want UTF-8 say `chcp 65001`. */
const CONSOLE_CODE_PAGE = 437;

const NO_SHELL = 'This server runs commands and copies files; it has no interactive shell. Give a command: ssh … ver\r\n';

/**
 * Serves one session channel (RFC 4254, section 6): one command, or the file transfer subsystem. `gone` aborts with the connection. Resolves
 * when the channel is closed and what ran in it has ended.
 */
export function serveSession(session: Session, options: SessionOptions, connectionGone: AbortSignal): Promise<void> {
  const env: Record<string, string> = {};
  const closed = new AbortController();
  const gone = AbortSignal.any([closed.signal, connectionGone]);
  const kills = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const run = (accept: () => Parameters<typeof pipeProcess>[1], command: GuestCommand): void => {
    const channel = accept();
    channel.on('error', () => {});
    running = start(options.processes, command).then(
      (process) => {
        kills.signal.addEventListener('abort', process.kill, { once: true });
        if (kills.signal.aborted) process.kill();
        return pipeProcess(process, channel, gone);
      },
      (error: unknown) => {
        channel.stderr.write(`${error instanceof StartFailure ? error.message : 'The command could not be started.'}\r\n`);
        channel.exit(OWN_FAILURE);
        channel.end();
      },
    );
  };
  session.on('env', (accept, reject, { key, val }: { readonly key: string; readonly val: string }) => {
    const fits = key.length + val.length <= MOST_VARIABLE_CHARACTERS && Object.keys(env).length < MOST_VARIABLES;
    // NAME
    if (!fits || !/^[^=\0]+$/.test(key) || val.includes('\0')) return reject?.();
    env[key] = val;
    return accept?.();
  });
  session.on('exec', (accept, reject, { command }) => {
    if (command.length > MOST_LINE_CHARACTERS || command.includes('\0')) reject();
    else run(accept, { line: command, shell: 'cmd', env, codePage: CONSOLE_CODE_PAGE });
  });
  session.on('subsystem', (accept, reject, { name }) => {
    if (name !== 'sftp' || options.sftpProgram === undefined) reject();
    else run(accept, { line: options.sftpProgram, shell: 'none', env, codePage: CONSOLE_CODE_PAGE });
  });
  session.on('shell', (accept) => {
    const channel = accept();
    channel.on('error', () => {});
    channel.stderr.write(NO_SHELL);
    channel.exit(OWN_FAILURE);
    channel.end();
  });
  // The end of input is not the end of the channel (RFC 4254, section 5.3), but ssh2 1.17 takes no signal after it.
  session.on('eof', () => void Object.assign(session, { _ending: false }));
  // Not used; but a client that is refused one ends before it hears that there is no shell.
  session.on('pty', (accept) => accept?.());
  // Windows has no signals: each of them ends the command.
  session.on('signal', (accept) => {
    accept?.();
    kills.abort();
  });
  return new Promise((resolve) => {
    const settle = (): void => {
      closed.abort();
      void running.catch(() => {}).then(() => resolve());
    };
    session.on('close', settle);
    if (connectionGone.aborted) settle();
    connectionGone.addEventListener('abort', settle, { once: true });
  });
}

/**
 * Starts a command. One that asks nothing of cmd.exe is started without it, which saves a process, and keeps the exit code 259: Wine's cmd.exe takes
 * it for that of a program which still runs.
 */
async function start(processes: GuestProcesses, command: GuestCommand): Promise<GuestProcess> {
  const line = command.shell === 'cmd' ? plainProgram(command.line) : undefined;
  if (line === undefined) return await processes.start(command);
  try {
    return await processes.start({ ...command, line, shell: 'none' });
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    return await processes.start(command);
  }
}

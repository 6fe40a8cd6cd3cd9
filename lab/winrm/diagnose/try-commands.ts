import type { CommandResult } from '../../core/transport.ts';
import { runCommand } from '../client/run-command.ts';
import type { WinrmShell } from '../client/winrm-shell.ts';
import { type StepContext, finding, within } from './examination.ts';
import { type FindingId, quoted } from './finding.ts';
import { tellFailure } from './log-in.ts';

/** Runs a line in the shell of the examination. */
export type RunLine = (line: string, stdin?: Uint8Array) => Promise<CommandResult>;

const KEPT_BYTES = 64 << 10;

export const lineRunner =
  (shell: WinrmShell, { limits, call }: StepContext): RunLine =>
  (line, stdin) =>
    within(call, limits.loggedInMs, 'the command', (timed) =>
      runCommand(shell, { line, skipCmdShell: false, maxOutputBytes: KEPT_BYTES, ...(stdin === undefined ? {} : { stdin }) }, timed),
    );

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8').trim();

/** Letters of several scripts, two and three bytes each in UTF-8. */
const SCRIPTS = 'Grüße, Ελλάδα, 日本';
const INPUT = 'a line for standard input';
const EXIT_CODE = 7;

interface Trial {
  readonly id: FindingId;
  readonly line: string;
  readonly stdin?: string;
  /** What is wrong with the result; `undefined` when it is right. */
  readonly complaint: (result: CommandResult) => string | undefined;
  readonly praise: (result: CommandResult) => string;
  readonly fix: string;
  /** Whether the lab can do without. */
  readonly needed: boolean;
}

const shown = (bytes: Uint8Array): string => quoted(textOf(bytes)) || 'nothing';

/** Round trips that every transport promises; each says what it is to prove. */
const trials: readonly Trial[] = [
  {
    id: 'command',
    line: 'ver',
    complaint: ({ exitCode, stdout }) =>
      exitCode === 0 && /Windows/i.test(textOf(stdout)) ? undefined : `\`ver\` gave ${shown(stdout)} with exit code ${exitCode}`,
    praise: ({ stdout }) => shown(stdout),
    fix: 'What runs commands there is no cmd.exe of Windows, or a program that starts with every cmd.exe (AutoRun) is in the way.',
    needed: true,
  },
  {
    id: 'exit-code',
    line: `exit ${EXIT_CODE}`,
    complaint: ({ exitCode }) => (exitCode === EXIT_CODE ? undefined : `${EXIT_CODE} came as ${exitCode}`),
    praise: () => `${EXIT_CODE} came as ${EXIT_CODE}`,
    fix: 'A program that starts with every cmd.exe (AutoRun) may be in the way; no exit code of this host can be believed.',
    needed: true,
  },
  {
    id: 'error-output',
    line: 'echo out& 1>&2 echo err',
    complaint: ({ stdout, stderr }) =>
      textOf(stdout) === 'out' && textOf(stderr) === 'err'
        ? undefined
        : `standard output held ${shown(stdout)}, error output ${shown(stderr)}`,
    praise: () => 'apart from standard output',
    fix: 'A program that starts with every cmd.exe (AutoRun) may write between them.',
    needed: true,
  },
  {
    id: 'encoding',
    line: `echo ${SCRIPTS}`,
    complaint: ({ stdout }) => (textOf(stdout) === SCRIPTS ? undefined : `${SCRIPTS} came as ${shown(stdout)}`),
    praise: () => SCRIPTS,
    fix: 'The shell does not take the code page 65001; names with other letters than ASCII come out wrong.',
    needed: false,
  },
  {
    id: 'input',
    // Every line that has a character; both Windows and Wine know it.
    line: 'findstr /r .',
    stdin: `${INPUT}\r\n`,
    complaint: ({ stdout, exitCode }) =>
      textOf(stdout) === INPUT ? undefined : `came back as ${shown(stdout)} with exit code ${exitCode}`,
    praise: () => 'came back whole',
    fix: 'Copies by standard input will not work; those that the guest pulls may.',
    needed: false,
  },
];

/** Runs the trials, one after the other. `false` when one that the lab cannot do without went wrong. */
export async function tryCommands(run: RunLine, context: StepContext): Promise<boolean> {
  const { watcher, call } = context;
  let sound = true;
  for (const { id, line, stdin, complaint, praise, fix, needed } of trials) {
    watcher.begins(`run \`${line}\``);
    try {
      const result = await run(line, stdin === undefined ? undefined : Buffer.from(stdin));
      const wrong = complaint(result);
      if (wrong === undefined) watcher.found(finding(id, 'ok', praise(result)));
      else watcher.found(finding(id, needed ? 'failed' : 'warning', wrong, { remedy: { fix } }));
      if (wrong !== undefined && needed) sound = false;
    } catch (error) {
      call.signal.throwIfAborted();
      tellFailure(id, undefined, error, context);
      // The shell is not to be used after that.
      return false;
    }
  }
  return sound;
}

import { LabError } from '../../core/error.ts';
import type { RemoteCommand } from '../../core/transport.ts';

/** What stands behind an SSH server's exec requests: the user's default shell. */
export const dialects = ['cmd.exe', 'powershell', 'posix'] as const;
export type Dialect = (typeof dialects)[number];

/** Each shell answers it in its own way: cmd.exe knows the one variable, PowerShell the other, a POSIX shell neither. */
export const dialectQuestion = 'echo %OS%$env:OS';

/** The shell behind an answer to the question; `undefined` when it is none of those known. */
export function dialectOf(answer: string): Dialect | undefined {
  switch (answer.trim()) {
    case 'Windows_NT$env:OS':
      return 'cmd.exe';
    case '%OS%Windows_NT':
      return 'powershell';
    case '%OS%:OS':
      return 'posix';
  }
  return undefined;
}

type Setting = Pick<RemoteCommand, 'line' | 'shell' | 'cwd' | 'env'>;

/**
 * The text of an exec request that runs a command as {@link RemoteCommand} says, with its directory and environment: OpenSSH for Windows passes no
 * environment on unless its AcceptEnv says so, and SSH knows no working directory. Nothing in a value is ever taken for a part of the command.
 * Throws where a shell has no way of writing something down.
 */
export function execLine(dialect: Dialect, command: Setting, address: string): string {
  switch (dialect) {
    case 'cmd.exe':
      return cmdLine(command, address);
    case 'powershell':
      return powershellLine(command);
    case 'posix':
      if (command.shell === 'cmd') throw LabError.of('ssh.shell-unfit', { address, shell: 'a POSIX shell', what: 'a command for cmd.exe' });
      return posixLine(command);
  }
}

const UTF8_CODE_PAGE = 65_001;

/**
 * For cmd.exe, which gets it as `/c "…"` or, from early releases of OpenSSH, as `/c …`. The line never begins with a quote: cmd.exe would then
 * take quotes off that are not its own (`cmd /?`).
 *
 * For `none` the caller's quotes are those of the program. Outside of them what is special to cmd.exe gets a caret. Inside, where a caret is a letter,
 * the quotes are closed and opened around a percent sign: `"%"PATH"%"` asks for a variable named `"PATH"`, which nobody has, and is left as it is; to
 * the program both sides are still one argument.
 */
function cmdLine({ line, shell, cwd, env }: Setting, address: string): string {
  const unfit = (text: string): boolean => /[\r\n\0]/.test(text);
  const refuse = (reason: string): never => {
    throw LabError.of('ssh.line-unfit', { address, shell: 'cmd.exe', reason });
  };
  if (unfit(line)) refuse('there is a line break in the command');
  const parts: string[] = [];
  if (shell === 'cmd') parts.push(`chcp ${UTF8_CODE_PAGE}>nul`);
  for (const [name, value] of Object.entries(env ?? {})) {
    if (!isVariableName(name)) refuse(`${JSON.stringify(name)} is no name of a variable`);
    if (unfit(value)) refuse(`there is a line break in the variable ${name}`);
    parts.push(`set ${caretEscaped(name)}=${caretEscaped(value)}`);
  }
  if (cwd !== undefined) {
    if (unfit(cwd) || cwd.includes('"')) refuse('the directory is none');
    // A directory that cannot be entered ends it: what follows must not run somewhere else.
    parts.push(`cd /d ${caretEscaped(cwd)} || exit 267`);
  }
  const settings = parts.map((part) => `${part}&`).join('');
  return shell === 'cmd' ? `${settings}${line}` : `${settings}@${outsideCmd(line)}`;
}

// LAB_HOME, ProgramFiles(x86)
const isVariableName = (name: string): boolean => /^[^=\s"%\0]+$/.test(name);

/** Text that is nothing but text to cmd.exe, outside of quotes. */
// a&b "c" 100%
const caretEscaped = (text: string): string => text.replace(/[&|<>^()"%!,;=@ ]/g, '^$&');

/** A program's command line with cmd.exe left out of it. */
function outsideCmd(line: string): string {
  let quoted = false;
  let text = '';
  for (const character of line) {
    if (character === '"') {
      quoted = !quoted;
      text += character;
    } else if (character === '%') text += quoted ? '"%"' : '^%';
    else text += quoted || !/[&|<>^()]/.test(character) ? character : `^${character}`;
  }
  return text;
}

/**
 * For PowerShell, free of double quotes, which OpenSSH has treated differently from release to release. Everything travels as base64 and is put
 * together by .NET, which starts the program itself: PowerShell never reads any of it as a script.
 */
function powershellLine({ line, shell, cwd, env }: Setting): string {
  const text = (value: string): string => `(d '${Buffer.from(value, 'utf8').toString('base64')}')`;
  // "C:\Program Files\a.exe" -x "y z"     or     whoami /all
  const [, quoted, plain, rest = ''] = /^\s*(?:"([^"]*)"|(\S+))\s*(.*)$/s.exec(line) ?? [];
  const [file, args] = shell === 'cmd' ? ['cmd.exe', `/d /s /c "chcp ${UTF8_CODE_PAGE}>nul & ${line}"`] : [quoted ?? plain ?? '', rest];
  return [
    'function d($t){[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($t))}',
    `$i=New-Object Diagnostics.ProcessStartInfo ${text(file)},${text(args)}`,
    '$i.UseShellExecute=$false',
    ...Object.entries(env ?? {}).map(([name, value]) => `$i.EnvironmentVariables[${text(name)}]=${text(value)}`),
    ...(cwd === undefined ? [] : [`$i.WorkingDirectory=${text(cwd)}`]),
    '$p=[Diagnostics.Process]::Start($i)',
    '$p.WaitForExit()',
    'exit $p.ExitCode',
  ].join(';');
}

/** For the shells of other systems, whose single quotes keep everything but themselves. */
function posixLine({ line, cwd, env }: Setting): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const variables = Object.entries(env ?? {}).map(([name, value]) => quoted(`${name}=${value}`));
  return `${cwd === undefined ? '' : `cd ${quoted(cwd)} && `}exec ${variables.length === 0 ? '' : `env ${variables.join(' ')} `}${line}`;
}

/** How the agent hands a command to Windows: a program, the name it sees itself by, and the rest of its command line. */
export interface WindowsCommand {
  readonly file: string;
  readonly argv0: string;
  readonly rest: string;
}

const UTF8_CODE_PAGE = 65001;

/**
 * A line for cmd.exe. `/s` makes cmd take off just the quotes put around it here, so that the line arrives as it was sent, whatever quotes it has;
 * `/d` keeps AutoRun commands out. The exit code of the last program survives with all of its 32 bits.
 */
export function cmdCommand(line: string, codePage: number): WindowsCommand {
  // A console of the guest starts with code page 437; only UTF-8 is worth the time it takes to change that.
  const setUp = codePage === UTF8_CODE_PAGE ? `chcp ${UTF8_CODE_PAGE}>nul & ` : '';
  return { file: 'C:\\windows\\system32\\cmd.exe', argv0: 'cmd.exe', rest: `/d /s /c "${setUp}${line}"` };
}

// "C:\Program Files\a.exe" -x "y z"     or     whoami /all
const FIRST_WORD = /^\s*(?:"([^"]*)"|(\S+))\s*(.*)$/s;

/** A line that starts with a program; its arguments stay as they are written. `undefined` when there is no program in it. */
export function directCommand(line: string): WindowsCommand | undefined {
  const [, quoted, plain, rest = ''] = FIRST_WORD.exec(line) ?? [];
  const file = quoted ?? plain;
  return file ? { file, argv0: file.includes(' ') ? `"${file}"` : file, rest } : undefined;
}

// @X:\node.exe -e "a && b"     and not: @echo %PATH%, dir & ver, @a.exe >b
const PLAIN = /^@((?:"[^"%\r\n]*"|[^"%&|<>^()!\r\n])+)$/;

/**
 * The program's command line in a line for cmd.exe that cmd.exe would hand on as it is; `undefined` where it would do anything itself. What it does
 * without being asked, which is to look for commands of its own and for batch files, is for the caller to try when there is no such program.
 */
export const plainProgram = (line: string): string | undefined => PLAIN.exec(line)?.[1];

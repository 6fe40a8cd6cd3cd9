import { readFile } from 'node:fs/promises';

/**
 * What tells a process from every other that has or will have its number: the boot, and the clock tick it started at. `undefined` when there is no
 * such process, or only its zombie. Windows shows no start of a process without asking a program: there only the number is told, and a process that
 * has got it anew keeps alive what the old one has left.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform === 'win32') return isThere(pid) ? `process ${pid}` : undefined;
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (text === undefined) return undefined;
  // 4711 (node) S 1 4711 … : the name may hold blanks and brackets, so fields are counted from the last bracket; the start is field 22 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
  return fields[0] === 'Z' ? undefined : `${boot}/${fields[19]}`;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

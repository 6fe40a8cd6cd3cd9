import { readFile } from 'node:fs/promises';

/**
 * What tells a process from every other that has or will have its number: the boot, and the clock tick it started at. `undefined` when there is no
 * such process, or only its zombie.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (text === undefined) return undefined;
  // 4711 (node) S 1 4711 … : the name may hold blanks and brackets, so fields are counted from the last bracket; the start is field 22 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
  return fields[0] === 'Z' ? undefined : `${boot}/${fields[19]}`;
}

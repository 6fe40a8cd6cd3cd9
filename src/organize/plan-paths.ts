import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Plan } from '../contract/plan.ts';
import { ProgramError } from '../core/program-error.ts';
import { isWindowsName, sameFileKey } from '../windows/names.ts';

type Paths = Pick<Plan, 'source' | 'destination' | 'moves'>;

/**
 * What is wrong with the paths of a plan, in words; `undefined` when nothing is. Source and destination must be absolute and plain on this system. A file
 * to move must be below the source, and its new name one that the program could have given: names that Windows keeps as they are, without drive letters,
 * streams (`a.mkv:x`) and devices. No file moves twice, and no two get one name. Pure; links are for {@link refuseLinks}.
 */
export function unsafePath({ source, destination, moves }: Paths, platform: NodeJS.Platform = process.platform): string | undefined {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  for (const folder of [source, destination]) {
    if (!paths.isAbsolute(folder) || paths.resolve(folder) !== folder || folder.includes('\0')) {
      return `${quoted(folder)} is not the full path of a folder on this system`;
    }
  }
  const [sources, names] = [new Set<string>(), new Set<string>()];
  for (const { from, to, companionOf } of moves) {
    for (const below of companionOf === undefined ? [from] : [from, companionOf]) {
      if (!below.split('/').every((part) => isPlainPart(part, platform))) return `${quoted(below)} is not below its source`;
    }
    if (!to.split('/').every(isWindowsName)) return `${quoted(to)} is no name that this program would give`;
    if (sources.has(from)) return `${quoted(from)} is to move twice`;
    if (names.has(sameFileKey(to))) return `two files are to become ${quoted(to)}`;
    sources.add(from);
    names.add(sameFileKey(to));
  }
  return undefined;
}

/**
 * Throws `plan-unsafe` when a folder on the way from the source to a file, or from the destination to its place, is a link or a junction, which would lead
 * somewhere else. A user's own links below a library are followed when files are put in order directly; a plan that came as a file may count on them.
 */
export async function refuseLinks({ source, destination, moves }: Paths): Promise<void> {
  const plain = new Set<string>();
  const check = async (root: string, below: string): Promise<void> => {
    let folder = root;
    for (const part of below.split('/').slice(0, -1)) {
      folder = path.join(folder, part);
      if (plain.has(folder)) continue;
      const found = await lstat(folder).catch(() => undefined);
      if (found?.isSymbolicLink()) throw new ProgramError('plan-unsafe', `${folder} is a link: the plan would lead outside of ${root}`);
      plain.add(folder);
    }
  };
  for (const { from, to } of moves) {
    await check(source, from);
    await check(destination, to);
  }
}

function isPlainPart(part: string, platform: NodeJS.Platform): boolean {
  if (part === '' || part === '.' || part === '..' || part.includes('\0')) return false;
  // a separator, and what makes a drive or a stream
  return platform !== 'win32' || !/[\\:]/.test(part);
}

const quoted = (text: string): string => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);

import os from 'node:os';
import { homeMask } from '../../../log/mask-home.ts';
import type { CommandContext } from '../../context.ts';

/**
 * Makes a function that takes out of a text what tells who somebody is: keys, the home folder, and the user's name where it is a part of a path elsewhere
 * (`E:\Users\ann`).
 */
export function personMask({ environment, masker }: Pick<CommandContext, 'environment' | 'masker'>): (text: string) => string {
  const windows = process.platform === 'win32';
  const homes = [environment['HOME'], environment['USERPROFILE'], os.homedir()].flatMap((home) => (home ? [homeMask(home)] : []));
  const names = [environment['USER'], environment['USERNAME']].flatMap((name) => (name ? [nameMask(name, windows)] : []));
  return (text) => [masker.mask, ...homes, ...names].reduce((masked, mask) => mask(masked), text);
}

function nameMask(name: string, windows: boolean): (text: string) => string {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  // /media/ann/disk · E:\Users\ann
  const part = new RegExp(String.raw`(?<=[\\/])${escaped}(?![\p{L}\p{N}_-])`, windows ? 'giu' : 'gu');
  return (text) => text.replace(part, '***');
}

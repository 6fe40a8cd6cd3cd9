import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { onWindows } from './guest-path.ts';

/** Whether a directory itself stands there, and no link to one. Throws when nothing does. */
export function isRealDirectory(native: string): boolean {
  if (!lstatSync(native).isDirectory()) return false;
  // Wine shows a Unix link as what it leads to everywhere but in listings.
  const same = (name: string): boolean =>
    onWindows ? name.toLowerCase() === path.basename(native).toLowerCase() : name === path.basename(native);
  const parent = path.dirname(native);
  return parent === native || !readdirSync(parent, { withFileTypes: true }).some((item) => item.isSymbolicLink() && same(item.name));
}

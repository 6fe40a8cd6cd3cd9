import { LabError } from '../../core/error.ts';
import { type RemotePath, isRemotePath, remotePath } from '../../core/ids.ts';

/** A place of a copy: in a guest, or here. */
export type Place =
  | { readonly guest: string; readonly path: RemotePath; /** Written as a folder, with `\` at its end. */ readonly folder: boolean }
  | { readonly path: string };

/** `win11:C:\file` and `winrm://user@host:5986:C:\file` are in a guest, anything else is here. */
export function parsePlace(text: string): Place {
  // win11:C:\Users\lab\file.txt, winrm://lab@host:5986:C:\file.txt (a guest's name has two characters at least, so that it is no drive)
  const match = /^([a-z0-9][a-z0-9-]+|[a-z][a-z+]*:\/\/.+?):([A-Za-z]:[\\/].*)$/i.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    // winrm://lab@host/C:/file.txt
    if (/^[a-z][a-z+]*:\/\//i.test(text))
      throw LabError.of('usage.invalid', {
        problem: 'after the address of a guest comes a colon and a path in it: winrm://user@host:5986:C:\\file.txt',
      });
    return { path: text };
  }
  // C:\ itself keeps its backslash
  const folder = /[\\/]$/.test(match[2]) && match[2].length > 3;
  return { guest: match[1], path: asRemotePath(folder ? match[2].replace(/[\\/]+$/, '') : match[2]), folder };
}

/** An absolute path in a guest; slashes become backslashes. Throws `usage.invalid`. */
export function asRemotePath(text: string): RemotePath {
  const windowsPath = text.replaceAll('/', '\\');
  if (!isRemotePath(windowsPath))
    throw LabError.of('usage.invalid', { problem: `${text} is not an absolute path in a guest, like C:\\Users\\lab\\file.txt` });
  return remotePath(windowsPath);
}

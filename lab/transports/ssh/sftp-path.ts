import type { RemotePath } from '../../core/ids.ts';

/** A guest path as OpenSSH for Windows takes it: `C:\AniVault\docs` is `/C:/AniVault/docs`. */
export function sftpPathOf(path: RemotePath): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}

/** The folder a file is in; `undefined` for a drive, which nobody has to make. */
export function parentOf(path: string): string | undefined {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return parent.lastIndexOf('/') > 0 ? parent : undefined;
}

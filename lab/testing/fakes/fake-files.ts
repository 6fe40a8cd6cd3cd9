import { type RemotePath, joinRemote } from '../../core/ids.ts';
import { type TreeItem, treeText } from '../../core/tree-text.ts';
import { sha256Of } from '../../host/hash.ts';

/** A file of a fake guest. */
export interface FakeFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** The files of a fake guest, in memory. Names have no case, as on Windows; the case they were made with is kept. */
export class FakeFiles {
  readonly #files = new Map<string, FakeFile & { readonly path: RemotePath }>();
  readonly #directories = new Map<string, RemotePath>();

  kindOf(path: RemotePath): 'file' | 'directory' | undefined {
    return this.#files.has(path.toLowerCase()) ? 'file' : this.#directories.has(path.toLowerCase()) ? 'directory' : undefined;
  }

  read(path: RemotePath): FakeFile | undefined {
    return this.#files.get(path.toLowerCase());
  }

  /** Why nothing can be made there; `undefined` when it can. Folders on the way are made with what is put in them. */
  obstacle(path: RemotePath): string | undefined {
    if (this.kindOf(path) === 'directory') return `${path} is a folder`;
    const file = ancestorsOf(path).find((folder) => this.kindOf(folder) === 'file');
    return file === undefined ? undefined : `${file} is a file`;
  }

  /** Puts a file there, in the place of one that is there already. Throws where there is an {@link obstacle}. */
  write(path: RemotePath, file: FakeFile): void {
    const obstacle = this.obstacle(path);
    if (obstacle !== undefined) throw new Error(obstacle);
    for (const folder of ancestorsOf(path)) this.#directories.set(folder.toLowerCase(), folder);
    this.#files.set(path.toLowerCase(), { ...file, path });
  }

  makeDirectory(path: RemotePath): void {
    if (this.kindOf(path) === 'file') throw new Error(`${path} is a file`);
    for (const folder of [...ancestorsOf(path), path]) this.#directories.set(folder.toLowerCase(), folder);
  }

  /** Everything below a folder, with `/` between parts. */
  below(folder: RemotePath): readonly TreeItem[] {
    const prefix = `${folder.toLowerCase()}\\`;
    const inside = ([key]: readonly [string, unknown]): boolean => key.startsWith(prefix);
    const relative = (path: RemotePath): string => path.slice(prefix.length).replaceAll('\\', '/');
    return [
      ...[...this.#directories].filter(inside).map(([, path]) => ({ kind: 'directory', path: relative(path) }) as const),
      ...[...this.#files]
        .filter(inside)
        .map(([, { path, bytes, sha256 }]) => ({ kind: 'file', path: relative(path), sizeBytes: bytes.length, sha256 }) as const),
    ];
  }

  /** The digest of {@link treeText} of a folder. */
  treeSha256(folder: RemotePath): string {
    return sha256Of(treeText(this.below(folder)));
  }
}

/** The folders above a path, from the top, without the drive. */
function ancestorsOf(path: RemotePath): readonly RemotePath[] {
  const [drive = '', ...names] = path.split('\\');
  return names.slice(0, -1).map((_, index) => joinRemote(`${drive}\\` as RemotePath, ...names.slice(0, index + 1)));
}

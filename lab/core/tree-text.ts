/** A file or folder of a tree, by its path below the tree's top. */
export type TreeItem =
  | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number; readonly sha256: string }
  | { readonly kind: 'directory'; readonly path: string };

/**
 * What a tree holds as text: one line an item (`SHA-256 size path` or `directory path`), paths with `/`, sorted by UTF-16 code units, each line
 * ended by a line feed. Two trees are the same when their texts are: host and guest compare the SHA-256 of it as UTF-8. Names cannot hold a line
 * feed on Windows, so no tree can pass for another.
 */
export const treeText = (items: readonly TreeItem[]): string =>
  items
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((item) => (item.kind === 'file' ? `${item.sha256} ${item.sizeBytes} ${item.path}\n` : `directory ${item.path}\n`))
    .join('');

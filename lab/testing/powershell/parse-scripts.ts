import { createRequire } from 'node:module';

/** The version of the parser and of the grammar that the tests are made for. */
const INSTALL = 'npm install --no-save web-tree-sitter@0.27.1 tree-sitter-powershell@0.26.4';

/** A node of a syntax tree, as far as it is looked at. */
export interface SyntaxNode {
  readonly type: string;
  readonly text: string;
  readonly isMissing: boolean;
  readonly startPosition: { readonly row: number };
  readonly children: readonly SyntaxNode[];
}

interface Parser {
  readonly setLanguage: (language: unknown) => void;
  readonly parse: (text: string) => { readonly rootNode: SyntaxNode };
}

interface TreeSitter {
  readonly Parser: { readonly init: () => Promise<void>; new (): Parser };
  readonly Language: { readonly load: (file: string) => Promise<unknown> };
}

const require = createRequire(import.meta.url);

const resolved = (name: string): string | undefined => {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
};

const grammar = resolved('tree-sitter-powershell/tree-sitter-powershell.wasm');

/** Why scripts cannot be parsed here; `false` where they can. */
export const noParser: string | false =
  grammar !== undefined && resolved('web-tree-sitter') !== undefined ? false : `there is no parser for PowerShell: ${INSTALL}`;

/** Parses a script with tree-sitter's grammar of PowerShell. */
export async function parseScript(text: string): Promise<SyntaxNode> {
  const { Parser, Language } = require('web-tree-sitter') as TreeSitter;
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar ?? ''));
  return parser.parse(text).rootNode;
}

/** A node and all below it. */
export function* nodesIn(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const child of node.children) yield* nodesIn(child);
}

import { type Node, Visitor, parseSync } from 'oxc-parser';

/** Something a source file reaches for: another module, or a global that reaches outside the program. */
export interface Reach {
  readonly kind: 'import' | 'global';
  /** The module specifier as written, or the name of the global: `process.env`. */
  readonly name: string;
  readonly line: number;
}

/** Globals that bring in the machine, the environment or the time of day. */
const OUTSIDE_GLOBALS = new Set(['process.env', 'Date.now']);

/**
 * Finds every import of a module (static, type-only, re-export, dynamic) and every use of the clock or the environment.
 * A dynamic import of a computed name is reported under the name `import(…)`. Throws on a syntax error.
 */
export function reachesOf(file: string, text: string): readonly Reach[] {
  const parsed = parseSync(file, text);
  const problem = parsed.errors[0];
  if (problem !== undefined) throw new SyntaxError(`${file}: ${problem.message}`);
  const reaches: Reach[] = [];
  const add = (kind: Reach['kind'], name: string, node: { readonly start: number }): void => {
    reaches.push({ kind, name, line: text.slice(0, node.start).split('\n').length });
  };
  new Visitor({
    ImportDeclaration: (node) => add('import', node.source.value, node),
    ExportNamedDeclaration: (node) => node.source && add('import', node.source.value, node),
    ExportAllDeclaration: (node) => add('import', node.source.value, node),
    ImportExpression: (node) => add('import', literalOf(node.source) ?? 'import(…)', node),
    TSImportType: (node) => add('import', literalOf(node.source) ?? 'import(…)', node),
    MemberExpression: (node) => {
      const name = `${nameOf(node.object)}.${nameOf(node.property)}`;
      if (OUTSIDE_GLOBALS.has(name)) add('global', name, node);
    },
    NewExpression: (node) => {
      if (nameOf(node.callee) === 'Date' && node.arguments.length === 0) add('global', 'new Date()', node);
    },
    VariableDeclarator: (node) => {
      // const { env } = process;
      if (
        node.init &&
        nameOf(node.init) === 'process' &&
        node.id.type === 'ObjectPattern' &&
        node.id.properties.some((property) => property.type === 'Property' && nameOf(property.key) === 'env')
      ) {
        add('global', 'process.env', node);
      }
    },
  }).visit(parsed.program);
  return reaches;
}

const nameOf = (node: Node): string | undefined => {
  if (node.type === 'Identifier') return node.name;
  return literalOf(node);
};

const literalOf = (node: Node): string | undefined => (node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined);

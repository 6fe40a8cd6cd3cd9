import { type Node, type ParseError, findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { type LabConfig, labConfig } from '../core/config.ts';
import { LabError } from '../core/error.ts';
import { readTextIfThere } from '../host/files.ts';

/** Most problems shown of one file. */
const MOST_PROBLEMS = 50;

/**
 * Reads the configuration: JSON → schema → defaults → frozen. All problems are told at once, each with line, column and key.
 * Throws `config.unreadable` or `config.invalid`.
 */
export async function loadConfig(file: string): Promise<LabConfig> {
  let text: string | undefined;
  try {
    text = await readTextIfThere(file);
  } catch (error) {
    throw LabError.of('config.unreadable', { file }, { cause: error });
  }
  if (text === undefined) throw LabError.of('config.unreadable', { file }, { cause: 'there is no such file' });
  return parseConfig(text, file);
}

/** The pure part of {@link loadConfig}; `file` is only named. */
export function parseConfig(text: string, file: string): LabConfig {
  const errors: ParseError[] = [];
  // The schema's editors allow no comments either: this is plain JSON.
  const root = parseTree(text, errors, { allowTrailingComma: false, disallowComments: true });
  const at = (offset: number): string => {
    const before = text.slice(0, offset).split('\n');
    return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  };
  if (root === undefined || errors.length > 0) {
    refuse(
      file,
      errors.length > 0
        ? errors.map((error) => `${at(error.offset)}: ${wordsOf(printParseErrorCode(error.error))}`)
        : [`${at(0)}: the file is empty`],
    );
  }
  const problems = duplicateKeys(root).map(({ key, offset }) => `${at(offset)}: ${key} stands twice`);
  const parsed = labConfig.safeParse(getNodeValue(root));
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => problemsOf(issue, root, at)));
  if (problems.length > 0 || !parsed.success) refuse(file, problems);
  return deepFreeze(parsed.data);
}

function refuse(file: string, problems: readonly string[]): never {
  const shown = problems.slice(0, MOST_PROBLEMS);
  if (problems.length > shown.length) shown.push(`and ${problems.length - shown.length} more`);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw LabError.of('config.invalid', { file, count, problems: shown.map((problem) => `  ${problem}`).join('\n') });
}

/** A position for each issue: of the value if it is there, else of what should hold it. */
function problemsOf(issue: z.core.$ZodIssue, root: Node, at: (offset: number) => string): string[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol');
  const key = (parts: readonly (string | number)[]): string =>
    parts.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('') || 'the file';
  if (issue.code === 'unrecognized_keys') {
    const holder = findNodeAtLocation(root, [...path]) ?? root;
    return issue.keys.map((name) => {
      const property = holder.children?.find((child) => child.children?.[0]?.value === name);
      return `${at(property?.offset ?? holder.offset)}: ${key([...path, name])} is not a key that is known here`;
    });
  }
  for (let length = path.length; length >= 0; length -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node)
      return [`${at(node.offset)}: ${key(path)}: ${length < path.length ? 'missing' : issue.message.replace(/^Invalid input: /, '')}`];
  }
  return [`${at(0)}: ${key(path)}: ${issue.message}`];
}

function duplicateKeys(node: Node): { readonly key: string; readonly offset: number }[] {
  const own = node.type === 'object' ? (node.children ?? []) : [];
  const seen = new Set<string>();
  const found = own.flatMap((property) => {
    const key = String(property.children?.[0]?.value);
    if (seen.has(key)) return [{ key, offset: property.offset }];
    seen.add(key);
    return [];
  });
  return [...found, ...(node.children ?? []).flatMap(duplicateKeys)];
}

/** `CommaExpected` → `comma expected`. */
const wordsOf = (code: string): string => code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

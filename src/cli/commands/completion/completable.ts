import type { Argument, Command as CommandLine, Option } from 'commander';

/** What may stand in a place of a command line. */
export type Place =
  | { readonly kind: 'folder' }
  | { readonly kind: 'file' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'text' };

export interface CompletableOption {
  /** `--log-level`, `-V` */
  readonly names: readonly string[];
  readonly about: string;
  /** What follows it; absent for a switch. */
  readonly value?: Place;
}

/** A command as a shell has to know it to complete a line. */
export interface Completable {
  /** The words that call it, the program's name excepted: none for the program, `settings set`. */
  readonly path: readonly string[];
  readonly about: string;
  readonly options: readonly CompletableOption[];
  readonly places: readonly Place[];
  readonly commands: readonly Completable[];
}

/** What there is to complete, out of the definition of the command line itself. */
export function completable(line: CommandLine, path: readonly string[] = []): Completable {
  const help: CompletableOption = { names: ['--help', '-h'], about: 'show this help' };
  return {
    path,
    about: firstSentence(line.description()),
    options: [...line.options.filter(({ hidden }) => !hidden).map(optionOf), help],
    places: line.registeredArguments.map(placeOf),
    commands: line.commands.map((inner) => completable(inner, [...path, inner.name()])),
  };
}

/** A command and all below it. */
export const allOf = (command: Completable): readonly Completable[] => [command, ...command.commands.flatMap(allOf)];

/** Names of all options that something follows, wherever they may stand; a word after one is no command. */
export function valuedNames(program: Completable): readonly string[] {
  const options = allOf(program).flatMap((command) => command.options);
  return [...new Set(options.flatMap(({ names, value }) => (value === undefined ? [] : names)))].toSorted();
}

function optionOf(option: Option): CompletableOption {
  const names = [option.long, option.short].filter((name): name is string => typeof name === 'string');
  const about = firstSentence(option.description);
  return option.required || option.optional ? { names, about, value: placeFor(option.argChoices, option.flags) } : { names, about };
}

const placeOf = (argument: Argument): Place => placeFor(argument.argChoices, argument.name());

/** A name says what it stands for: `<folder>`, `<plan-file>`. */
function placeFor(choices: readonly string[] | undefined, name: string): Place {
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (/folder/.test(name)) return { kind: 'folder' };
  return /file/.test(name) ? { kind: 'file' } : { kind: 'text' };
}

/** Shells have one line for it. */
const firstSentence = (text: string): string => text.split(/(?<=[.;])\s/, 1)[0]?.replace(/[.;]$/, '') ?? '';

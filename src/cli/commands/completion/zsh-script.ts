import { type Completable, type CompletableOption, type Place, allOf } from './completable.ts';

/** Completions for zsh, with what each word means. */
export function zshScript(program: Completable): string {
  return `#compdef anivault anivault.exe
# Completions of anivault for zsh. For this window: source <(anivault completion zsh)
${allOf(program).map(definition).join('\n')}

if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then
  _anivault "$@"
else
  compdef _anivault anivault anivault.exe
fi
`;
}

const nameOf = (path: readonly string[]): string => ['_anivault', ...path].join('_').replaceAll('-', '_');

function definition({ path, options, places, commands }: Completable): string {
  const specs = options.flatMap(optionSpecs);
  if (commands.length === 0) {
    return `${nameOf(path)}() {
  _arguments -s -S : ${[...specs, ...places.map(placeSpec)].join(' \\\n    ')}
}`;
  }
  const described = commands.map(({ path: inner, about }) => quoted(`${inner.at(-1)}:${about.replaceAll(':', String.raw`\:`)}`));
  return `${nameOf(path)}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -s -S -C -A '-*' : ${[...specs, "'1: :->command'", "'*:: :->argument'"].join(' \\\n    ')}
  case $state in
    command)
      local -a commands=(
        ${described.join('\n        ')}
      )
      _describe -t commands command commands
      ;;
    argument)
      case $words[1] in
        ${commands.map((inner) => `${inner.path.at(-1)}) ${nameOf(inner.path)} ;;`).join('\n        ')}
      esac
      ;;
  esac
}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
/** Within the brackets of a specification. */
const bracketed = (text: string): string => text.replace(/[[\]\\:]/g, String.raw`\$&`);

function optionSpecs({ names, about, value }: CompletableOption): readonly string[] {
  const tail = value === undefined ? '' : `:value:${action(value)}`;
  const others = `(${names.join(' ')})`;
  return names.map((name) =>
    quoted(`${others}${name}${value === undefined ? '' : name.startsWith('--') ? '=' : '+'}[${bracketed(about)}]${tail}`),
  );
}

const placeSpec = (place: Place, index: number): string => quoted(`${index + 1}: :${action(place)}`);

function action(place: Place): string {
  switch (place.kind) {
    case 'folder':
      return '_files -/';
    case 'file':
      return '_files';
    case 'words':
      return `(${place.words.join(' ')})`;
    case 'text':
      return ' ';
  }
}

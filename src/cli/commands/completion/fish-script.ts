import { type Completable, type CompletableOption, type Place, allOf, valuedNames } from './completable.ts';

/** Completions for fish, with what each word means. */
export function fishScript(program: Completable): string {
  const all = allOf(program);
  const known = all.slice(1).map(({ path }) => quoted(path.join(' ')));
  return `# Completions of anivault for fish. For this window: anivault completion fish | source
function __anivault_is --description 'Whether the words so far call this command, with so many arguments'
    set -l path
    set -l places 0
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
            continue
        end
        switch $word
            case ${valuedNames(program).join(' ')}
                set skip 1
            case '-*'
            case '*'
                if contains -- (string join ' ' -- $path $word) ${known.join(' ')}
                    set -a path $word
                else
                    set places (math $places + 1)
                end
        end
    end
    test "$path" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or test $places -eq $argv[2]
end

for program in anivault anivault.exe
    complete -c $program -f
${all
  .flatMap(rules)
  .map((rule) => `    complete -c $program ${rule}`)
  .join('\n')}
end
`;
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, String.raw`\$&`)}'`;

function rules({ path, options, places, commands }: Completable): readonly string[] {
  const called = quoted(path.join(' '));
  const here = (count: number): string => `-n ${quoted(`__anivault_is ${called} ${count}`)}`;
  return [
    ...commands.map(({ path: inner, about }) => `${here(0)} -a ${quoted(inner.at(-1) ?? '')} -d ${quoted(about)}`),
    ...options.map((option) => `-n ${quoted(`__anivault_is ${called}`)} ${optionRule(option)}`),
    ...places.flatMap((place, index) => (place.kind === 'text' ? [] : [`${here(index)} ${value(place)}`])),
  ];
}

function optionRule({ names, about, value: place }: CompletableOption): string {
  const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
  return `${spelled} -d ${quoted(about)}${place === undefined ? '' : ` -r ${value(place)}`}`;
}

function value(place: Place): string {
  switch (place.kind) {
    case 'folder':
      return "-f -a '(__fish_complete_directories)'";
    case 'file':
      return '-F';
    case 'words':
      return `-f -a ${quoted(place.words.join(' '))}`;
    case 'text':
      return '-f';
  }
}

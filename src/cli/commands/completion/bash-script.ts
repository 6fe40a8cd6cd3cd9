import { type Completable, type Place, allOf, valuedNames } from './completable.ts';

/** Completions for bash 4 and newer. Folders and files are left to the shell itself, which knows how to quote them. */
export function bashScript(program: Completable): string {
  const all = allOf(program);
  return `# Completions of anivault for bash. For this window: source <(anivault completion bash)
_anivault() {
  local current=\${COMP_WORDS[COMP_CWORD]} before= path= word place=text commands= options= words= index places=0
  COMPREPLY=()
  # The words so far: which command it is, and how many of its arguments are there.
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case $word in
      ${valuedNames(program).join(' | ')})
        before=$word
        # --option=value comes as three words.
        [[ \${COMP_WORDS[index + 1]} == '=' ]] && ((index++))
        ((index++))
        if ((index < COMP_CWORD)); then before=; fi
        ;;
      -*) ;;
      *)
        case "$path $word" in
          ${all
            .slice(1)
            .map(({ path }) => quoted(`${path.slice(0, -1).join(' ')} ${path.at(-1)}`))
            .join(' | ')}) path="\${path:+$path }$word" ;;
          *) ((places++)) ;;
        esac
        ;;
    esac
  done
  [[ $current == '=' ]] && current=
  case "$path" in
${all.map(entry).join('\n')}
  esac
  if [[ -n $before ]]; then
    case "$path $before" in
${all.flatMap(optionEntries).join('\n')}
    esac
  elif [[ $current == -* ]]; then
    place=words words=$options
  elif [[ -n $commands ]] && ((places == 0)); then
    place=words words=$commands
  else
    case "$path $places" in
${all.flatMap(placeEntries).join('\n')}
    esac
  fi
  case $place in
    words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    folder) compopt -o dirnames ;;
    file) compopt -o default ;;
  esac
}
complete -F _anivault anivault anivault.exe
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function entry({ path, commands, options }: Completable): string {
  const names = commands.map(({ path: inner }) => inner.at(-1)).join(' ');
  return `    ${quoted(path.join(' '))}) commands=${quoted(names)} options=${quoted(options.flatMap((option) => option.names).join(' '))} ;;`;
}

const optionEntries = ({ path, options }: Completable): readonly string[] =>
  options.flatMap(({ names, value }) =>
    value === undefined ? [] : [`      ${names.map((name) => quoted(`${path.join(' ')} ${name}`)).join(' | ')}) ${assigned(value)} ;;`],
  );

const placeEntries = ({ path, places }: Completable): readonly string[] =>
  places.map((place, index) => `      ${quoted(`${path.join(' ')} ${index}`)}) ${assigned(place)} ;;`);

const assigned = (place: Place): string =>
  place.kind === 'words' ? `place=words words=${quoted(place.words.join(' '))}` : `place=${place.kind}`;

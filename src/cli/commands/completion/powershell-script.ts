import { type Completable, type Place, allOf } from './completable.ts';

/** Completions for Windows PowerShell 5.1 and PowerShell 7, with what each word means. What is not completed here, PowerShell completes as files. */
export function powershellScript(program: Completable): string {
  const all = allOf(program);
  return `# Completions of anivault for PowerShell. For this window: anivault completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'anivault', 'anivault.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = @{
${all
  .map(({ path, commands }) =>
    tips(
      path,
      commands.map((inner) => [inner.path.at(-1) ?? '', inner.about]),
    ),
  )
  .join('\n')}
    }
    $options = @{
${all
  .map(({ path, options }) =>
    tips(
      path,
      options.flatMap(({ names, about }) => names.map((name) => [name, about] as const)),
    ),
  )
  .join('\n')}
    }
    $values = @{
${all.flatMap(optionValues).join('\n')}
    }
    $places = @{
${all.flatMap(({ path, places }) => places.map((place, index) => `        ${quoted(`${path.join(' ')} ${index}`)} = ${placeOf(place)}`)).join('\n')}
    }
    $path = ''
    $count = 0
    $before = $null
    $elements = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
    foreach ($element in $elements) {
        $word = $element.Extent.Text
        if ($null -ne $before) { $before = $null; continue }
        $longer = "$path $word".Trim()
        if ($values.ContainsKey("$path $word")) { $before = $word }
        elseif ($word -like '-*') { continue }
        elseif ($commands.ContainsKey($longer)) { $path = $longer }
        else { $count += 1 }
    }
    $found = [ordered]@{}
    $place = $null
    if ($null -ne $before) { $place = $values["$path $before"] }
    elseif ($wordToComplete -like '-*') { $found = $options[$path] }
    elseif ($count -eq 0 -and $commands[$path].Count -gt 0) { $found = $commands[$path] }
    else { $place = $places["$path $count"] }
    if ($place -is [array]) {
        foreach ($one in $place) { $found[$one] = $one }
    }
    elseif ($place -eq 'folder') {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete) |
            Where-Object { $_.ResultType -eq [System.Management.Automation.CompletionResultType]::ProviderContainer }
    }
    foreach ($one in $found.Keys) {
        if ($one -like "$wordToComplete*") {
            [System.Management.Automation.CompletionResult]::new($one, $one, [System.Management.Automation.CompletionResultType]::ParameterValue, $found[$one])
        }
    }
}
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** Words in their order, each with its tip; an empty one is an error to PowerShell. */
const tips = (path: readonly string[], words: readonly (readonly [word: string, about: string])[]): string =>
  `        ${quoted(path.join(' '))} = [ordered]@{ ${words.map(([word, about]) => `${quoted(word)} = ${quoted(about || word)}`).join('; ')} }`;

const optionValues = ({ path, options }: Completable): readonly string[] =>
  options.flatMap(({ names, value }) =>
    value === undefined ? [] : names.map((name) => `        ${quoted(`${path.join(' ')} ${name}`)} = ${placeOf(value)}`),
  );

const placeOf = (place: Place): string => (place.kind === 'words' ? `@(${place.words.map(quoted).join(', ')})` : quoted(place.kind));

/**
 * What other parsers of file names did on the same corpus when it was written, in Markdown. They are no part of the project, so this is a record and not
 * a measurement that is repeated; the way to read their answers was as kind as `understand` is to anitomy.
 */
export const otherParsers: readonly string[] = [
  '## Other parsers',
  '',
  'Tried once on the same names, in November 2026, to see whether one is worth having. Their spellings of sources, sizes and kinds were translated first.',
  'None was better than anitomy by enough to be worth a second dependency, and none that was better at one field is as quick as the parser of our own; so',
  'none was added.',
  '',
  '| Parser                                | Licence  | Failed, usual | Failed, held out | Titles right, held out | Episodes right, held out |',
  '| ------------------------------------- | -------- | ------------- | ---------------- | ---------------------- | ------------------------ |',
  '| `@viren070/parse-torrent-title` 0.9.1 | MIT      | 30.0 %        | 33.1 %           | 70.0 %                 | 84.2 %                   |',
  '| `guessit-js` 3.9.0                    | LGPL-3.0 | 42.8 %        | 41.3 %           | 65.6 %                 | 78.4 %                   |',
  '| `anitomy` 0.0.35 (in TypeScript)      | MIT      | 35.8 %        | 42.8 %           | 65.6 %                 | 79.9 %                   |',
  '| `@ctrl/video-filename-parser` 5.4.1   | MIT      | 49.9 %        | 60.2 %           | 48.0 %                 | 73.6 %                   |',
  '| `parse-torrent-title` 3.0.1           | MIT      | 84.8 %        | 82.2 %           | 26.0 %                 | 34.4 %                   |',
  '| `oleoo` 1.1.7                         | ISC      | 94.0 %        | 92.2 %           | 8.1 %                  | 31.5 %                   |',
  '| `aniep` 0.6.0 (episodes only)         | MIT      |               |                  |                        | 85.0 %                   |',
  '',
  'Most of these are made for the names of scene releases and of torrents, which are a tenth of the corpus, and read only the name of the file.',
  '',
  'Then, on the 207 names that anitomy is tested with, and with what its tests want, the mix had 170 titles, 194 episodes, 197 groups and 205 seasons',
  'right, and anitomy in the version that the program has 164, 170, 187 and 193. These names were looked at while the parser was made.',
];

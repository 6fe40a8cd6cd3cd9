import { commandsPage } from './commands-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';
import { powershellPage } from './powershell-page.ts';
import { winrmGuide } from './winrm-guide.ts';

/** A page of the documentation that is made from the code, whole or in part. */
export interface Page {
  /** From the root of the repository. */
  readonly file: string;
  /** `present`: what the file holds now, for pages of which only parts are made. */
  readonly text: (present: string) => string | Promise<string>;
}

/** Every generated page. */
export const pages: readonly Page[] = [
  { file: 'docs/reference/commands.md', text: commandsPage },
  { file: 'docs/reference/configuration.md', text: configurationPage },
  { file: 'docs/reference/errors.md', text: errorsPage },
  { file: 'docs/reference/powershell-toolkit.md', text: powershellPage },
  { file: 'docs/guide/winrm.md', text: winrmGuide },
];

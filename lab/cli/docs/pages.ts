import { commandsPage } from './commands-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';

/** A page of the documentation that is made from the code. */
export interface Page {
  /** From the root of the repository. */
  readonly file: string;
  readonly text: () => string;
}

/** Every generated page. */
export const pages: readonly Page[] = [
  { file: 'docs/reference/commands.md', text: commandsPage },
  { file: 'docs/reference/configuration.md', text: configurationPage },
  { file: 'docs/reference/errors.md', text: errorsPage },
];

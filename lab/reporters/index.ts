import type { Clock } from '../core/clock.ts';
import type { Reporter } from '../core/reporter.ts';
import { htmlReporter } from './html/html-reporter.ts';
import { jsonReporter } from './json.ts';
import { securityReporter } from './security/security-reporter.ts';
import { terminalReporter } from './terminal/terminal-reporter.ts';
import type { TextSink } from './text-sink.ts';

/** Everything a reporter may need of the process; each takes what it uses. */
export interface ReporterSetting {
  readonly stream: TextSink;
  readonly isTty: boolean;
  readonly columns: number;
  readonly colour: boolean;
  readonly clock: Clock;
  readonly reportPath?: string;
  readonly nextStep?: string;
}

/** Every way to show a run, by name. The one list: commands take reporters from here and nowhere else. */
export const reporters = {
  terminal: terminalReporter,
  json: jsonReporter,
  html: htmlReporter,
  security: securityReporter,
} as const satisfies Readonly<Record<string, (setting: ReporterSetting) => Reporter>>;

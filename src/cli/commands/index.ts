import type { DefineCommand } from '../command-line.ts';
import { cacheLine } from './cache/line.ts';
import { completionLine } from './completion/line.ts';
import { logLine } from './log/line.ts';
import { matchLine } from './match/line.ts';
import { organizeLine } from './organize/line.ts';
import { rollbackLine } from './rollback/line.ts';
import { runLine } from './run/line.ts';
import { scanLine } from './scan/line.ts';
import { settingsLine } from './settings/line.ts';
import { statusLine } from './status/line.ts';
import { verifyLine } from './verify/line.ts';

/** Every command, in the order that the help has them. */
export const commandLines: readonly DefineCommand[] = [
  runLine,
  scanLine,
  matchLine,
  organizeLine,
  rollbackLine,
  logLine,
  cacheLine,
  settingsLine,
  statusLine,
  verifyLine,
  completionLine,
];

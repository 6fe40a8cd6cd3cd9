import { writeSync } from 'node:fs';
import process from 'node:process';
import { versionEvent, versionText } from './cli/version.ts';

const args = process.argv.slice(2);
const [first, ...more] = args;

/** Without the stream for standard output, which takes longer to make than all the rest. False when it could not be written in one go. */
function sayVersion(): boolean {
  const text = versionText(versionEvent());
  try {
    return writeSync(1, text) === text.length;
  } catch {
    return false;
  }
}

// Scripts and editors ask for the version all the time, so it loads nothing of the program.
const said = (first === '--version' || first === '-V') && more.length === 0 && sayVersion();
if (!said) void import('./cli/start.ts').then(({ start }) => start(args));

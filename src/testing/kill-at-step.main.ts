import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import process from 'node:process';

// Loaded before a program (`--import`) in order to kill it at one of the things that it does to the file system, so that its promises can be tested:
//   KILL_AT       the number of the step, from 1; 0 for none
//   KILL_TORN     anything: not right before the step but in its midst, which for a write is when half of it is there
//   NO_LINKS      anything: files get no second names, as on file systems that have none
//   STEPS_FILE    file that the names of all steps are written to, one a line, when the program ends by itself
const { KILL_AT = '0', KILL_TORN, NO_LINKS, STEPS_FILE } = process.env;
const steps: string[] = [];

type Call = (...args: never[]) => Promise<unknown>;
const kill = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('not reached');
};

/** Makes a function count as a step. The log of the program is none of its promises. */
function step(owner: object, name: string, torn?: (...args: never[]) => void): void {
  const functions = owner as Record<string, Call>;
  const original = functions[name] as Call;
  functions[name] = function (this: unknown, ...args: never[]) {
    const [first, second] = args as unknown as readonly unknown[];
    // opening a file to read it changes nothing
    const isReading = name === 'open' && (second === undefined || second === 'r');
    if (isReading || (typeof first === 'string' && first.includes(`${path.sep}logs`))) return original.apply(this, args);
    steps.push(torn === undefined ? name : `${name} torn`);
    if (steps.length === Number(KILL_AT)) {
      if (KILL_TORN !== undefined) torn?.apply(this, args);
      kill();
    }
    if (name === 'link' && NO_LINKS !== undefined) return Promise.reject(Object.assign(new Error('no links here'), { code: 'EPERM' }));
    return original.apply(this, args);
  };
}

const half = (data: string): string => data.slice(0, data.length / 2);
for (const name of ['chmod', 'link', 'mkdir', 'open', 'rename', 'rm', 'rmdir', 'unlink', 'utimes']) step(promises, name);
step(promises, 'copyFile', (from: string, to: string) => {
  const bytes = fs.readFileSync(from);
  fs.writeFileSync(to, bytes.subarray(0, bytes.length / 2));
});
const handle = await promises.open(import.meta.filename);
const handles = Object.getPrototypeOf(handle) as object;
await handle.close();
for (const name of ['sync', 'truncate']) step(handles, name);
for (const name of ['appendFile', 'writeFile']) {
  step(handles, name, function (this: FileHandle, data: string) {
    fs.writeSync(this.fd, half(data));
  });
}
syncBuiltinESMExports();

process.on('exit', () => {
  if (STEPS_FILE !== undefined) fs.writeFileSync(STEPS_FILE, steps.join('\n'));
});

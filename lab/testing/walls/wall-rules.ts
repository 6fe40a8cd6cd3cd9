import path from 'node:path';
import { type Reach, reachesOf } from './parse-source.ts';

/** The rooms of the lab that are folders, and which rooms each may import besides itself. `docs/adr/0001` says why. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  engine: ['core'],
  host: ['core'],
  config: ['core', 'host'],
  steps: ['core', 'engine', 'host'],
  winrm: ['core'],
  ssh: ['core'],
  transports: ['core', 'winrm', 'ssh', 'host'],
  guests: ['core', 'host', 'winrm', 'ssh', 'toolkit'],
  toolkit: ['core', 'host', 'ssh'],
  checks: ['core'],
  reporters: ['core'],
  trust: ['core', 'host'],
  flow: ['core', 'engine', 'steps'],
  cli: [
    'core',
    'engine',
    'host',
    'config',
    'steps',
    'winrm',
    'ssh',
    'transports',
    'guests',
    'toolkit',
    'checks',
    'reporters',
    'trust',
    'flow',
  ],
  main: ['core', 'host', 'cli'],
};

/** Rooms whose folders are capabilities: one of them never imports another. */
const capabilityRooms = new Set(['checks', 'guests', 'reporters']);
/** Folders in such rooms that are no capability: what all of a room share. */
const sharedFolders = new Set(['lab/reporters/wording']);

/** Where the operating system may be touched: rooms, and the code that runs inside a guest. */
const roomsThatTouchTheSystem = new Set(['host', 'winrm', 'ssh', 'transports', 'guests', 'main']);
const GUEST_SIDE = 'lab/toolkit/agent/guest/';

/** Modules of Node (without `node:`) and packages that reach out of the process. */
const systemModules = new Set([
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'fs',
  'http',
  'http2',
  'https',
  'net',
  'tls',
  'worker_threads',
  'execa',
  'undici',
  'ssh2',
]);

/** One thing a file does that its room does not allow. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
  /** What to change, and where. */
  readonly remedy: string;
}

/** The room of a source file, by its path from the root of the repository. `undefined` outside `lab`. */
export function roomOf(file: string): string | undefined {
  const parts = file.split('/');
  if (parts[0] !== 'lab') return undefined;
  const name = parts[1] ?? '';
  // lab/flow.ts, lab/flow-parts.ts, lab/main.ts
  if (parts.length === 2) return name.startsWith('flow') ? 'flow' : name.replace(/\..*$/, '');
  return name;
}

/** Tests and what only tests use may do anything but mix the two programs. */
const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.startsWith('lab/testing/') || file.includes('.contract.');

/** Everything a source file does that its room does not allow. `file` is relative to the root of the repository. */
export function violationsOf(file: string, text: string): readonly Violation[] {
  return reachesOf(file, text).flatMap((reach) => {
    const found = reach.kind === 'global' ? globalProblem(file, reach) : importProblem(file, reach);
    return found === undefined ? [] : [{ file, line: reach.line, ...found }];
  });
}

type Problem = Pick<Violation, 'problem' | 'remedy'>;

function touchesSystem(file: string): boolean {
  return isTest(file) || file.startsWith('src/') || file.startsWith(GUEST_SIDE) || roomsThatTouchTheSystem.has(roomOf(file) ?? '');
}

function globalProblem(file: string, { name }: Reach): Problem | undefined {
  if (touchesSystem(file)) return undefined;
  const instead = name === 'process.env' ? 'read it in lab/main.ts or lab/host and hand the value in' : 'take a Clock (lab/core/clock.ts)';
  return { problem: `uses ${name}, which lab/${roomOf(file)} may not`, remedy: `change ${file}: ${instead}` };
}

function importProblem(file: string, { name }: Reach): Problem | undefined {
  const room = roomOf(file);
  if (name.startsWith('.')) return relativeProblem(file, path.posix.join(path.posix.dirname(file), name));
  // node:fs/promises
  const top = name.replace(/^node:/, '').split('/')[0] ?? '';
  if (name === 'import(…)' && !isTest(file))
    return { problem: 'imports a computed name, which no wall can see', remedy: `change ${file}: import by a literal name` };
  if (systemModules.has(top) && !touchesSystem(file)) {
    return {
      problem: `imports ${name}, which lab/${room} may not`,
      remedy: `change ${file}: call lab/host, or take the capability as an argument wired in lab/cli/wiring.ts`,
    };
  }
  return undefined;
}

function relativeProblem(file: string, target: string): Problem | undefined {
  const [from, to] = [file.split('/')[0], target.split('/')[0]];
  if (to !== 'lab' && to !== 'src') return undefined;
  if (from !== to)
    return {
      problem: `imports ${target}: src and lab never meet`,
      remedy: `change ${file}: the program is a black box, use its command line, exit codes and --json output`,
    };
  const [room, wanted] = [roomOf(file), roomOf(target)];
  if (isTest(target) && !isTest(file))
    return { problem: `imports ${target}, which only tests may`, remedy: `change ${file}, or move ${target} out of the tests` };
  if (room === undefined || wanted === undefined || isTest(file)) return undefined;
  if (room === wanted) return capabilityProblem(file, target, room);
  const allowed = mayImport[room];
  if (allowed === undefined)
    return {
      problem: `is in lab/${room}, a room without rules`,
      remedy: 'add the room to mayImport in lab/testing/walls/wall-rules.ts and to docs/adr/0001',
    };
  if (allowed.includes(wanted)) return undefined;
  return {
    problem: `imports ${target}: ${room} may import ${allowed.length === 0 ? 'nothing outside itself' : `only ${allowed.join(', ')}`}`,
    remedy: `change ${file}: take it as an argument wired in lab/cli/wiring.ts, or move what both need to lab/core`,
  };
}

function capabilityProblem(file: string, target: string, room: string): Problem | undefined {
  const [mine, other] = [file.split('/'), target.split('/')].map((parts) => (parts.length > 3 ? parts[2] : undefined));
  if (!capabilityRooms.has(room) || mine === undefined || other === undefined || mine === other) return undefined;
  if (sharedFolders.has(`lab/${room}/${other}`)) return undefined;
  return {
    problem: `imports ${target}: lab/${room}/${mine} and lab/${room}/${other} do not know each other`,
    remedy: `change ${file}: move what both need to lab/${room} or lab/core`,
  };
}

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { STAND_IN_MARK } from '../../guests/vagrant/stand-in-mark.ts';

// A stand-in for VirtualBox's VBoxManage that is enough for Vagrant's own VirtualBox provider: machines are notes in a file, and one that is switched on
// is a process that serves WinRM on its forwarded ports. It says of itself that it is a stand-in. `LAB_STAND_IN_HOME` is where its notes are.

interface Virtual {
  readonly id: string;
  name: string;
  readonly settings: Record<string, string>;
  /** `winrm,tcp,127.0.0.1,55985,,5985` */
  forwards: string[];
  snapshots: string[];
  pid: number;
}

const home = process.env['LAB_STAND_IN_HOME'] ?? '';
if (!path.isAbsolute(home)) throw new Error('LAB_STAND_IN_HOME has to be an absolute path');
mkdirSync(home, { recursive: true });
// One note a machine: commands for several machines run at the same time, each for its own.
const [notes, facts] = ['machines', 'facts'].map((name) => path.join(home, name)) as [string, string];
for (const folder of [notes, facts]) mkdirSync(folder, { recursive: true });
const args = process.argv.slice(2);
appendFileSync(path.join(home, 'calls.log'), `${new Date().toISOString()} ${args.join(' ')}\n`);

const machines = readdirSync(notes).flatMap((name): readonly Virtual[] => {
  if (!name.endsWith('.json')) return [];
  try {
    return [JSON.parse(readFileSync(path.join(notes, name), 'utf8')) as Virtual];
  } catch {
    // Another command has removed it.
    return [];
  }
});
/** What Vagrant asks of a machine again and again; the state is the only thing that changes by itself. */
const factsOf = ({ name, id, forwards }: Virtual): string =>
  [
    `name="${name}"\nUUID="${id}"\nCfgFile="${path.join(home, 'folders', name, 'machine.vbox')}"`,
    'macaddress1="080027A1B2C3"\nnic1="nat"\nstoragecontrollername0="SATA"',
    ...forwards.map((forward, index) => `Forwarding(${index})="${forward}"`),
    ...[2, 3, 4, 5, 6, 7, 8].map((adapter) => `nic${adapter}="none"`),
    '',
  ].join('\n');
/** Puts a file in place in one go: others read it meanwhile. */
const write = (file: string, text: string): void => {
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
};
const save = (one: Virtual): void => {
  write(path.join(notes, `${one.id}.json`), JSON.stringify(one, undefined, 2));
  // The shell script in front of this program answers from these, in a tenth of the time.
  write(path.join(facts, `${one.id}.pid`), String(one.pid));
  write(path.join(facts, one.id), factsOf(one));
};
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const fail = (text: string): never => {
  process.stderr.write(`VBoxManage: error: ${text}\n`);
  process.exit(1);
};
const find = (name: string | undefined): Virtual =>
  machines.find((one) => one.id === name || one.name === name) ?? fail(`Could not find a registered machine named '${name}'`);
const valueOf = (option: string): string | undefined => args[args.indexOf(option) + 1];

const isOn = ({ pid }: Virtual): boolean => {
  const stat = pid > 0 && existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
  return stat !== '' && !/\) [ZX] /.test(stat);
};
const switchOff = (one: Virtual): void => {
  if (isOn(one)) process.kill(one.pid, 'SIGKILL');
  one.pid = 0;
};
const switchOn = (one: Virtual): void => {
  const log = openSync(path.join(home, 'guest.log'), 'a');
  const guest = spawn(process.execPath, ['--no-warnings', path.join(import.meta.dirname, 'stand-in-guest.ts'), ...one.forwards], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  guest.unref();
  one.pid = guest.pid ?? 0;
};
const register = (name: string, from?: Virtual): Virtual => {
  const one: Virtual = { id: randomUUID(), name, settings: { ...from?.settings }, forwards: [], snapshots: [], pid: 0 };
  save(one);
  return one;
};

const [command = '', first, second] = args;
switch (command) {
  case '--version':
    say('7.0.6r155176');
    break;
  case 'list':
    if (first === 'vms') for (const { name, id } of machines) say(`"${name}" {${id}}`);
    if (first === 'systemproperties')
      say(`Default machine folder:          ${path.join(home, 'folders')}\nVendor:                          ${STAND_IN_MARK}`);
    break;
  case 'import':
    if (first === '-n') say('Virtual system 0:\n 1: Suggested VM name "windows"');
    else {
      if (process.env['LAB_STAND_IN_DISK_FULL'] === '1')
        fail('Appliance import failed\nVBoxManage: error: Could not create the imported medium (VERR_DISK_FULL).');
      register(valueOf('--vmname') ?? randomUUID());
      say('Successfully imported the appliance.');
    }
    break;
  case 'clonevm':
    register(valueOf('--name') ?? randomUUID(), find(first));
    say('Machine has been successfully cloned.');
    break;
  case 'showvminfo': {
    const one = find(first);
    say(`${factsOf(one)}VMState="${isOn(one) ? 'running' : 'poweroff'}"`);
    break;
  }
  case 'modifyvm': {
    const one = find(first);
    for (let at = 2; at < args.length; at += 2) {
      const [option = '', value = ''] = [args[at], args[at + 1]];
      if (/^--natpf\d$/.test(option) && value === 'delete') {
        one.forwards = one.forwards.filter((forward) => !forward.startsWith(`${args[at + 2]},`));
        at += 1;
      } else if (/^--natpf\d$/.test(option)) one.forwards.push(value);
      else if (option === '--name') one.name = value;
      else one.settings[option] = value;
    }
    save(one);
    break;
  }
  case 'startvm': {
    const one = find(first);
    switchOn(one);
    save(one);
    say(`VM "${first}" has been successfully started.`);
    break;
  }
  case 'controlvm': {
    const one = find(first);
    switchOff(one);
    save(one);
    break;
  }
  case 'snapshot': {
    const one = find(first);
    const name = args[3] ?? '';
    if (second === 'take') one.snapshots.push(name);
    if (second === 'delete') one.snapshots = one.snapshots.filter((other) => other !== name);
    if (second === 'restore' && !one.snapshots.includes(name)) fail(`Could not find a snapshot named '${name}'`);
    if (second === 'list' && one.snapshots.length === 0) {
      say('This machine does not have any snapshots');
      process.exitCode = 1;
    } else if (second === 'list') one.snapshots.forEach((each, depth) => say(`SnapshotName${'-1'.repeat(depth)}="${each}"`));
    save(one);
    break;
  }
  case 'unregistervm': {
    const one = find(first);
    switchOff(one);
    rmSync(path.join(home, 'folders', one.name), { recursive: true, force: true });
    for (const file of [path.join(notes, `${one.id}.json`), path.join(facts, one.id), path.join(facts, `${one.id}.pid`)])
      rmSync(file, { force: true });
    break;
  }
  case 'guestproperty':
    say('Value: 10.0.2.15');
    break;
  // Everything else that Vagrant asks for is said to have been done.
}

import type { CommandEntry } from '../lab-command.ts';

/** What runs when no command is named. */
export const DEFAULT_COMMAND = 'run';

/** Every command, in the order `--help` shows them. */
export const commands: readonly CommandEntry[] = [
  {
    name: DEFAULT_COMMAND,
    description: 'build, bundle, verify on every guest, report and seal (the default)',
    usage: '[options]',
    load: async () => (await import('./run.ts')).runCommand,
  },
  {
    name: 'plan',
    description: 'show what a run would ask, without starting anything',
    usage: '[options]',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    name: 'bundle',
    description: 'build the executable and the bundle, and verify them, without any guest; or verify a bundle that came from elsewhere',
    usage: '[options]',
    load: async () => (await import('./bundle.ts')).bundleCommand,
  },
  {
    name: 'reproduce',
    description: 'build the release in two places that have nothing in common, or once more than somebody did, and compare every byte',
    usage: '[options]',
    load: async () => (await import('./reproduce.ts')).reproduceCommand,
  },
  {
    name: 'scan',
    description: 'have every scanner look at the release, without any guest',
    usage: '[options]',
    load: async () => (await import('./scan.ts')).scanCommand,
  },
  {
    name: 'sign',
    description: 'sign an executable as the configuration says, or say everything about the signature it has',
    usage: '[options] <file>',
    load: async () => (await import('./sign.ts')).signCommand,
  },
  {
    name: 'release-notes',
    description: 'print what changed since the last release, made of the commits; or put it into the changelog',
    usage: '[options]',
    load: async () => (await import('./release-notes.ts')).releaseNotesCommand,
  },
  {
    name: 'list',
    description: 'list the runs',
    usage: '[options]',
    load: async () => (await import('./list.ts')).listCommand,
  },
  {
    name: 'report',
    description: 'render a run again from its journal, without any guest',
    usage: '[options] <run>',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  {
    name: 'rejudge',
    description: "judge the saved facts of a run again, by today's judges and policy; writes nothing",
    usage: '[options] <run>',
    load: async () => (await import('./rejudge.ts')).rejudgeCommand,
  },
  {
    name: 'verify',
    description: 'check the seal of a run: every byte, the journal, the record',
    usage: '[options] <run>',
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
  {
    name: 'guest',
    description: 'start one fresh guest, and look inside any guest',
    usage: '[options] [command]',
    load: async () => (await import('./guest.ts')).guestCommand,
  },
  {
    name: 'winrm',
    description: 'examine the WinRM service of a host',
    usage: '[options] [command]',
    load: async () => (await import('./winrm.ts')).winrmCommand,
  },
  {
    name: 'boxes',
    description: 'fetch, compare and look after the boxes that Windows machines are made of',
    usage: '[options] [command]',
    load: async () => (await import('./boxes.ts')).boxesCommand,
  },
  {
    name: 'doctor',
    description: 'say what this machine has and lacks for a run',
    usage: '[options]',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'clean',
    description: 'remove what killed runs left behind and what was not used for two weeks; more only when asked',
    usage: '[options]',
    load: async () => (await import('./clean.ts')).cleanCommand,
  },
];

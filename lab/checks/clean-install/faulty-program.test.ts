import t from 'tap';
import type { ProgramResult, ProgramRun } from '../../core/toolkit.ts';
import { askCheck, codesOf } from '../../testing/ask-check.ts';
import { fakeAnivault, fakeBundle, programsWith } from '../../testing/fakes/fake-anivault.ts';
import { type MemoryFiles, SERVICE_KEY } from '../../testing/fakes/memory-guest.ts';
import { cleanInstall } from './check.ts';

type Behaviour = (run: ProgramRun, files: MemoryFiles, usual: () => Partial<ProgramResult>) => Partial<ProgramResult>;

/** Changes what the program does for one command. */
const when =
  (command: string, behave: Behaviour): Behaviour =>
  (run, files, doUsual) =>
    run.args.join(' ').includes(command) ? behave(run, files, doUsual) : doUsual();
const library = 'C:\\AniVaultLab\\scratch-1\\library';
const organized = 'C:\\AniVaultLab\\scratch-1\\organized';
const replacing =
  (from: string | RegExp, to: string): Behaviour =>
  (_run, _files, doUsual) => {
    const { stdout = '', ...rest } = doUsual();
    return { ...rest, stdout: stdout.replace(from, to) };
  };

const applying = (run: ProgramRun): ProgramRun => ({ ...run, args: [...run.args, '--apply'] });
const keeping = (files: MemoryFiles, text: string, doUsual: () => Partial<ProgramResult>): Partial<ProgramResult> => {
  const result = doUsual();
  files.write('C:\\Users\\guest\\AppData\\Local\\AniVault\\notes', text);
  return result;
};

const faults: readonly { readonly what: string; readonly behave: Behaviour; readonly code: string }[] = [
  { what: 'another version', behave: when('--version', replacing('1.2.3', '1.2.30')), code: 'wrong-version' },
  { what: 'a version that prints nothing', behave: when('--version', () => ({ stdout: '' })), code: 'wrong-version' },
  {
    what: 'a version with a bad exit code',
    behave: when('--version', (_run, _files, doUsual) => ({ ...doUsual(), exitCode: 3_221_225_477 })),
    code: 'exit-code',
  },
  { what: 'a help that hangs', behave: when('--help', (_run, _files, doUsual) => ({ ...doUsual(), ended: 'timed-out' })), code: 'hangs' },
  {
    what: 'an endless help',
    behave: when('--help', (_run, _files, doUsual) => ({ ...doUsual(), truncated: true })),
    code: 'too-much-output',
  },
  {
    what: 'a help that names a command in a sentence only',
    behave: when('--help', replacing('  settings\n', '  --log-level  what the log keeps, else what the\n               settings say\n')),
    code: 'help-incomplete',
  },
  {
    what: 'completions that name a command in a sentence only',
    behave: when('completion', replacing("'match'", '# names match')),
    code: 'completion-incomplete',
  },
  { what: 'a help without organize', behave: when('--help', replacing('organize', 'o')), code: 'help-incomplete' },
  {
    what: 'a part that is not there',
    behave: when('verify', replacing(/\{"type":"component","name":"sodium.*\n/, '')),
    code: 'component-missing',
  },
  { what: 'a part that does not work', behave: when('verify', replacing('"works":true', '"works":false')), code: 'component-broken' },
  {
    what: 'a part that was not embedded',
    behave: when('verify', replacing('"origin":"embedded"', '"origin":"package"')),
    code: 'component-missing',
  },
  { what: 'a part that was not tried', behave: when('verify', replacing('as expected', '')), code: 'component-missing' },
  { what: 'silence with exit code 0', behave: when('verify', () => ({ stdout: '' })), code: 'output-invalid' },
  { what: 'text among the events', behave: when('scan', replacing('\n', '\nDone!\n')), code: 'output-invalid' },
  { what: 'an event without a key', behave: when('scan', replacing(/"sizeBytes":\d+,/, '')), code: 'output-invalid' },
  { what: 'a summary that miscounts', behave: when('scan', replacing(/"files":\d+/, '"files":1')), code: 'output-invalid' },
  { what: 'an output cut short', behave: when('scan', replacing(/\{"type":"scan-summary.*\n/, '')), code: 'output-invalid' },
  { what: 'a scan that overlooks a video', behave: when('scan', replacing('emoji', 'enoji')), code: 'scan-incomplete' },
  { what: 'a scan that makes a video up', behave: when('scan', replacing('emoji', 'enoji')), code: 'scan-foreign' },
  { what: 'a scan that misreads', behave: when('scan', replacing('"title":"Mushishi"', '"title":"Commie"')), code: 'scan-misread' },
  {
    what: 'a scan that writes into the library',
    behave: when('scan', (_run, files, doUsual) => (files.write(`${library}\\.cache`, 'x'), doUsual())),
    code: 'scan-changes',
  },
  {
    what: 'a plan with an exit code of its own',
    behave: (run, _files, doUsual) => ({
      ...doUsual(),
      ...(run.args[0] === 'organize' && !run.args.includes('--apply') ? { exitCode: 1 } : {}),
    }),
    code: 'exit-code',
  },
  { what: 'a plan that forgets a video', behave: when('organize', replacing(/\{"type":"stay".*\n/, '')), code: 'plan-incomplete' },
  { what: 'a plan that climbs out', behave: when('organize', replacing('"to":"Mushishi/', '"to":"../Mushishi/')), code: 'plan-faulty' },
  {
    what: 'a plan with an absolute place',
    behave: when('organize', replacing('"to":"Mushishi/', '"to":"C:\\\\Windows/')),
    code: 'plan-faulty',
  },
  {
    what: 'two files in one place',
    behave: when(
      'organize',
      replacing('"to":"Steins Gate/Season 01/Steins Gate - S01E02.mkv"', '"to":"STEINS GATE/Season 01/Steins Gate - S01E01.mkv"'),
    ),
    code: 'plan-faulty',
  },
  {
    what: 'a dry run that moves',
    behave: (run, files, doUsual) =>
      run.args[0] === 'organize' ? fakeAnivault({ ...run, args: [...run.args, '--apply'] }, files) : doUsual(),
    code: 'dry-run-changes',
  },
  {
    what: 'an apply that does nothing',
    behave: (run, files, doUsual) =>
      run.args.includes('--apply') ? fakeAnivault({ ...run, args: run.args.filter((arg) => arg !== '--apply') }, files) : doUsual(),
    code: 'apply-misplaced',
  },
  {
    what: 'an apply that only says so',
    behave: when('--apply', (run, files) => {
      const dry = fakeAnivault({ ...run, args: run.args.filter((arg) => arg !== '--apply') }, files);
      return { ...dry, stdout: dry.stdout?.replaceAll('"planned"', '"moved"').replace('"applied":false', '"applied":true') ?? '' };
    }),
    code: 'apply-misplaced',
  },
  {
    what: 'an apply that loses a file that was in the way',
    behave: when('--apply', (_run, files, doUsual) => {
      const [occupied = ''] = files.below(organized);
      if (!occupied.includes('Spy x Family')) return doUsual();
      const rival = `${library}\\[Erai-raws] Spy x Family - 12 [720p].mkv`;
      files.write(occupied, files.read(rival) ?? '');
      files.remove(rival);
      return doUsual();
    }),
    code: 'apply-overwrote',
  },
  {
    what: 'an apply that deletes',
    behave: when('--apply', (_run, files, doUsual) => (files.remove(`${library}\\readme.txt`), doUsual())),
    code: 'apply-lost',
  },
  {
    what: 'an apply that leaves a file of its own',
    behave: when('--apply', (_run, files, doUsual) => (files.write(`${organized}\\anivault.db`, 'x'), doUsual())),
    code: 'apply-unexpected',
  },
  {
    what: 'a rollback without an end',
    behave: when('rollback', replacing(/\{"type":"rollback-summary.*\n/, '')),
    code: 'output-invalid',
  },
  {
    what: 'a rollback that is no dry run',
    behave: when('rollback', (run, files, doUsual) => (run.args.includes('--apply') ? doUsual() : fakeAnivault(applying(run), files))),
    code: 'rollback-dry-run-changes',
  },
  {
    what: 'a rollback that foresees too little',
    behave: when('rollback', (run, _files, doUsual) =>
      run.args.includes('--apply') ? doUsual() : replacing(/\{"type":"undo".*\n/, '')(run, _files, doUsual),
    ),
    code: 'rollback-incomplete',
  },
  {
    what: 'a rollback that only says so',
    behave: when('rollback', (run, files, doUsual) => {
      if (!run.args.includes('--apply')) return doUsual();
      const dry = fakeAnivault({ ...run, args: run.args.filter((arg) => arg !== '--apply') }, files);
      return { ...dry, stdout: dry.stdout?.replaceAll('"planned"', '"undone"').replace('"applied":false', '"applied":true') ?? '' };
    }),
    code: 'rollback-differs',
  },
  {
    what: 'a rollback that puts one file back and not the others',
    behave: when('rollback', (run, files, doUsual) => {
      const before = files.below(organized).map((path) => ({ path, content: files.read(path) ?? '' }));
      const result = doUsual();
      const last = before.at(-1);
      if (run.args.includes('--apply') && last) files.write(last.path, last.content);
      return result;
    }),
    code: 'rollback-differs',
  },
  {
    what: 'a rollback that takes something of others for its own',
    behave: when('rollback', (run, files, doUsual) => {
      const occupier = files.below(organized).find((path) => path.includes('Spy x Family'));
      if (run.args.includes('--apply') && occupier !== undefined) files.remove(occupier);
      return doUsual();
    }),
    code: 'rollback-differs',
  },
  {
    what: 'a rollback that miscounts what it put back',
    behave: when('rollback', (run, files, doUsual) =>
      run.args.includes('--apply')
        ? replacing('"state":"undone"', '"state":"was-there"')(run, files, () =>
            replacing(/"undone":(\d+)/, '"undone":12')(run, files, doUsual),
          )
        : doUsual(),
    ),
    code: 'rollback-count',
  },
  {
    what: 'completions of nothing',
    behave: when('completion', () => ({ stdout: 'Register-ArgumentCompleter' })),
    code: 'completion-incomplete',
  },
  {
    what: 'a key that is forgotten',
    behave: when('settings', replacing('"from":"settings"', '"from":"none"')),
    code: 'key-not-kept',
  },
  {
    what: 'a key that cannot be opened again',
    behave: when('settings', replacing('"from":"settings"', '"from":"settings","problem":"it cannot be opened"')),
    code: 'key-not-kept',
  },
  {
    what: 'a key that is kept as it is',
    behave: when('tmdb-key', (run, files, doUsual) => keeping(files, run.stdin ?? '', doUsual)),
    code: 'key-in-clear',
  },
  {
    what: 'a key in a log, as base64',
    behave: when('match', (_run, files, doUsual) => keeping(files, Buffer.from(`key=${SERVICE_KEY}`.slice(4)).toString('base64'), doUsual)),
    code: 'key-in-clear',
  },
  {
    what: 'a key in an error message',
    behave: when('match', (_run, _files, doUsual) => ({ ...doUsual(), stderr: `GET /3/search?api_key=${SERVICE_KEY}` })),
    code: 'key-in-clear',
  },
  {
    what: 'a match that overlooks a video',
    behave: when('match', replacing(/\{"type":"match","path":"....*\n/, '')),
    code: 'match-incomplete',
  },
  {
    what: 'a match with an exit code of its own',
    behave: when('match', (_run, _files, doUsual) => ({ ...doUsual(), exitCode: 7 })),
    code: 'exit-code',
  },
  { what: 'a match that makes a video up', behave: when('match', replacing('emoji', 'enoji')), code: 'match-foreign' },
  { what: 'a match that mistakes', behave: when('match', replacing('蟲師', 'モノノ怪')), code: 'match-mistaken' },
  {
    what: 'a match that is never sure',
    behave: when('match', replacing('"verdict":"matched"', '"verdict":"uncertain"')),
    code: 'output-invalid',
  },
  {
    what: 'a match that asks nobody',
    behave: when('match', replacing(/"misses":\d+/, '"misses":0')),
    code: 'match-unasked',
  },
  {
    what: 'a cache that keeps nothing',
    behave: when('match', (_run, files, doUsual) => {
      const result = doUsual();
      files.write('C:\\Users\\guest\\AppData\\Local\\AniVault\\cache.json', '[]');
      return result;
    }),
    code: 'cache-cold',
  },
  {
    what: 'a cache that says it answers, and does not',
    behave: when('match', (run, files, doUsual) => {
      const result = replacing(/"hits":\d+,"misses":(?!0)\d+/, '"hits":9,"misses":1')(run, files, doUsual);
      files.write('C:\\Users\\guest\\AppData\\Local\\AniVault\\cache.json', '[]');
      return result;
    }),
    code: 'match-differs',
  },
  {
    what: 'a match that changes the library',
    behave: when('match', (_run, files, doUsual) => (files.write(`${library}\\tvshow.nfo`, 'x'), doUsual())),
    code: 'match-changes',
  },
  { what: 'an absent folder without a word', behave: when('no-such-folder', () => ({ exitCode: 1 })), code: 'silent-error' },
  { what: 'an absent folder with success', behave: when('no-such-folder', () => ({ stderr: 'no-such-folder' })), code: 'exit-code' },
  {
    what: 'a file left in the temporary folder',
    behave: when('scan', (_run, files, doUsual) => (files.write('C:\\Users\\guest\\AppData\\Local\\Temp\\a.tmp', 'x'), doUsual())),
    code: 'leftovers',
  },
  {
    what: 'a new folder beside Windows',
    behave: when('scan', (_run, files, doUsual) => (files.write('C:\\Cache\\a\\b\\c', 'x'), doUsual())),
    code: 'leftovers',
  },
  {
    what: 'thousands of files left',
    behave: when('--version', (_run, files, doUsual) => {
      for (let index = 0; index < 2100; index += 1) files.write(`C:\\Users\\guest\\AppData\\Local\\AniVault\\${index}`, '');
      return doUsual();
    }),
    code: 'leftovers-many',
  },
  {
    what: 'another program’s file changed',
    behave: when('--help', (_run, files, doUsual) => (files.write('C:\\Program Files\\Other\\other.exe', 'infected'), doUsual())),
    code: 'system-changed',
  },
  {
    what: 'another program’s file removed',
    behave: when('--help', (_run, files, doUsual) => (files.remove('C:\\Users\\guest\\Documents\\letter.txt'), doUsual())),
    code: 'system-gone',
  },
  {
    what: 'the program writes beside itself',
    behave: when('--help', (_run, files, doUsual) => (files.write('C:\\anivault\\log.txt', 'x'), doUsual())),
    code: 'install-changed',
  },
];

for (const { what, behave, code } of faults) {
  t.test(`fails: ${what}`, async (t) => {
    const { outcome } = await askCheck(cleanInstall, { programs: programsWith(behave), bundle: fakeBundle, startsFrom: 'pristine' });
    t.equal(outcome.kind, 'failed');
    t.ok(codesOf(outcome).includes(code), `${code} is among ${codesOf(outcome).join(', ')}`);
  });
}

t.test('after a command that hung none is run, and what they would have done is not held against the program', async (t) => {
  const commands: string[] = [];
  const { facts, outcome } = await askCheck(cleanInstall, {
    programs: programsWith((run, _files, doUsual) => {
      commands.push(run.args.join(' '));
      return run.args[0] === 'organize' ? { ended: 'timed-out', exitCode: 0xc000013a, durationMs: 25_020 } : doUsual();
    }),
    bundle: fakeBundle,
    startsFrom: 'pristine',
  });
  t.same(
    commands.map((command) => command.split(' ', 1)[0]),
    ['--version', '--help', 'verify', 'completion', 'settings', 'settings', 'match', 'match', 'scan', 'organize'],
  );
  t.same(
    [facts.scan.run, facts.dryRun.run, facts.apply.run, facts.again.run, facts.rollback.dryRun, facts.rollback.run].map(
      ({ program }) => program.ended,
    ),
    ['exited', 'timed-out', 'not-run', 'not-run', 'not-run', 'not-run'],
  );
  t.equal(facts.absentFolder.program.ended, 'not-run');
  t.same(
    codesOf(outcome).filter((code) => !code.startsWith('plan-')),
    ['hangs', 'output-invalid', 'not-run'],
  );
  t.match(outcome, {
    findings: [
      { message: /^`organize .*` did not end by itself within 25 s$/ },
      {},
      {},
      {},
      { message: 'The program had hung, so 5 of its 15 commands were not run: `organize`, `organize`, `rollback`, `rollback`, `scan`' },
    ],
  });
});

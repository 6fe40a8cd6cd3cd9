import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { eventsIn } from '../cli/cli-rig.ts';

const PROGRAM = path.join(import.meta.dirname, '../main.ts');
/** A shell in which small file systems can be mounted, without being root: one of its own in every respect. */
const inNamespace = (script: string, cwd: string): ReturnType<typeof spawnSync> =>
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, XDG_STATE_HOME: path.join(cwd, '.state') },
  });
const canMount = inNamespace('mount -t tmpfs -o size=64k none /mnt', import.meta.dirname).status === 0;

t.test(
  'a disk that is full',
  { skip: canMount ? false : 'needs user namespaces in which tmpfs can be mounted (util-linux)' },
  async (t) => {
    const folder = t.testdir({
      in: { 'Show - 01.mkv': 'a'.repeat(300_000), 'Show - 02.mkv': 'b'.repeat(2_000_000), 'Show - 03.mkv': 'c'.repeat(300_000) },
      out: {},
    });
    const program = `'${process.execPath}' --no-warnings '${PROGRAM}'`;
    const list = 'find in out -type f | sort; find out -name "*anivault-part"';
    const script = (size: string): string =>
      `mount -t tmpfs -o size=${size} none out && ${program} organize in --to out --apply --json; echo "exit $?" >&2; (${list}) >&2; ${program} rollback last --apply >/dev/null; echo "exit $?" >&2; (${list}) >&2`;

    await t.test('what fits is done, the rest stays; it can be taken back', async (t) => {
      const { stdout, stderr } = inNamespace(script('1m'), folder);
      const events = eventsIn(String(stdout));
      t.match(events.at(-1), { type: 'organize-summary', moves: 2, failed: 1 });
      t.match(events, [{ type: 'started' }, {}, { type: 'move', from: 'Show - 02.mkv', state: 'failed', cause: 'disk-full' }, {}, {}]);
      t.same(String(stderr).trim().split('\n'), [
        'exit 5',
        'in/Show - 02.mkv',
        'out/Show/Season 01/Show - S01E01.mkv',
        'out/Show/Season 01/Show - S01E03.mkv',
        'exit 0',
        'in/Show - 01.mkv',
        'in/Show - 02.mkv',
        'in/Show - 03.mkv',
      ]);
    });

    await t.test('a journal that cannot be written ends it, and nothing has moved that it does not know of', async (t) => {
      const many = path.join(folder, 'many');
      mkdirSync(many);
      for (let index = 0; index < 8; index += 1) writeFileSync(path.join(many, `Show - ${10 + index}.mkv`), `${index}`);
      // Room for the plan and for one page of the journal.
      const { stdout, stderr } = inNamespace(
        `mkdir -p .state && mount -t tmpfs -o size=8k none .state && ${program} organize many --to lib --apply --json --log-level off; echo "exit $?" >&2; find many lib -type f >&2; grep -c '"state":"started"' .state/anivault/rollback.jsonl >&2`,
        folder,
      );
      t.match(eventsIn(String(stdout)).at(-1), { type: 'error', code: 'disk-full', exitCode: 5 });
      const [exit, ...rest] = String(stderr).trim().split('\n');
      const started = Number(rest.pop());
      t.equal(exit, 'exit 5');
      t.equal(rest.length, 8, 'each file is at one place');
      const moved = rest.filter((file) => file.startsWith('lib/')).length;
      t.ok(moved > 0 && moved < 8 && moved <= started, `${moved} moved, ${started} in the journal`);
    });
  },
);

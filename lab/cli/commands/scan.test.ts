import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { copyProject } from '../../host/copy-project.ts';
import { windowsNode } from '../../host/windows-node.ts';
import { startLab } from '../../testing/lab-process.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { projectRoot, realFolders, testCall } from '../../testing/wine-rig.ts';

t.setTimeout(300_000);

const MADE = 'build: put the executable together';
const TAKEN = 'build: take the executable that was built of the same things before';
const PACKED = 'bundle: read the archive back';

t.test('what was made of the same things is taken, unless everything is wanted anew', async (t) => {
  const scratch = await scratchFolder(t);
  const project = path.join(scratch, 'project') as LocalPath;
  await copyProject(projectRoot, project, testCall());
  // A cache of its own, from which no other test prunes; what is fetched comes from the one they share.
  const cache = path.join(scratch, 'cache');
  const { executable } = await windowsNode({ folders: realFolders, projectRoot, onProgress: () => {} }, testCall());
  const fetched = path.dirname(executable);
  await mkdir(cache);
  await symlink(fetched, path.join(cache, path.basename(fetched)));
  const env = { LAB_CACHE_DIR: cache };
  const scan = async (...more: readonly string[]): Promise<string> => {
    const args = ['scan', '--config', path.join(project, 'lab.config.json'), '--output', path.join(scratch, 'output')];
    const { exitCode, stderr } = await startLab([...args, '--only', 'licences', ...more], { state: path.join(scratch, 'state'), env })
      .ended;
    t.equal(exitCode, 0, stderr);
    return stderr;
  };
  await scan();
  const again = await scan();
  t.ok(again.includes(TAKEN));
  t.notOk(again.includes(MADE));
  const anew = await scan('--anew');
  t.notOk(anew.includes(TAKEN));
  t.ok(anew.includes(MADE));
  t.ok(anew.includes(PACKED));
});

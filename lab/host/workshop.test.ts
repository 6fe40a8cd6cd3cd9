import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../core/ids.ts';
import { cleanWorkshops, makeWorkshop } from './workshop.ts';

t.test('a workshop is gone after use; those of dead processes are found, others are left alone', async (t) => {
  const cache = t.testdir({}) as LocalPath;
  {
    await using workshop = await makeWorkshop(cache);
    await mkdir(path.join(workshop.folder, 'build'));
    // No process has a number above the kernel's limit.
    await mkdir(path.join(cache, 'workshops', '99999999-Ab3xYz', 'build'), { recursive: true });
    await mkdir(path.join(cache, 'workshops', 'somebody-elses'));
    t.match(await cleanWorkshops(cache), [/99999999/]);
    t.same((await readdir(path.join(cache, 'workshops'))).toSorted(), [path.basename(workshop.folder), 'somebody-elses'].toSorted());
  }
  t.same(await readdir(path.join(cache, 'workshops')), ['somebody-elses']);
  t.same(await cleanWorkshops(t.testdir({}) as LocalPath), []);
});

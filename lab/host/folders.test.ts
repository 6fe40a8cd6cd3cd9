import t from 'tap';
import { foldersIn } from './folders.ts';

t.test('the lab’s own variables win, then XDG, then the home folder', async (t) => {
  t.same(foldersIn({ HOME: '/home/qa' }), { cache: '/home/qa/.cache/anivault-lab', state: '/home/qa/.local/state/anivault-lab' });
  t.same(foldersIn({ HOME: '/home/qa', XDG_CACHE_HOME: '/c', XDG_STATE_HOME: '/s' }), {
    cache: '/c/anivault-lab',
    state: '/s/anivault-lab',
  });
  t.same(foldersIn({ HOME: '/home/qa', XDG_CACHE_HOME: '/c', LAB_CACHE_DIR: '/lab/c', LAB_STATE_DIR: '/lab/s' }), {
    cache: '/lab/c',
    state: '/lab/s',
  });
});

t.test('a relative or empty XDG variable is ignored, as its specification asks', async (t) => {
  t.equal(foldersIn({ HOME: '/home/qa', XDG_CACHE_HOME: 'relative', XDG_STATE_HOME: '' }).cache, '/home/qa/.cache/anivault-lab');
});

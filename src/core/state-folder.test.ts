import t from 'tap';
import { stateFolder } from './state-folder.ts';

t.test('on Windows', async (t) => {
  t.equal(stateFolder({ LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, 'win32'), 'C:\\Users\\a\\AppData\\Local\\AniVault');
  t.equal(stateFolder({ LOCALAPPDATA: 'relative', USERPROFILE: 'C:\\Users\\a' }, 'win32'), 'C:\\Users\\a\\AppData\\Local\\AniVault');
});

t.test('elsewhere', async (t) => {
  t.equal(stateFolder({ XDG_STATE_HOME: '/s', HOME: '/h' }, 'linux'), '/s/anivault');
  t.equal(stateFolder({ XDG_STATE_HOME: 'relative', HOME: '/h' }, 'linux'), '/h/.local/state/anivault');
  t.equal(stateFolder({ XDG_STATE_HOME: '', HOME: '/h' }, 'linux'), '/h/.local/state/anivault');
});

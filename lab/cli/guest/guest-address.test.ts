import t from 'tap';
import { LabError } from '../../core/error.ts';
import { type GuestAddress, parseGuestAddress } from './guest-address.ts';
import { asRemotePath, parsePlace } from './remote-place.ts';

const winrm = (url: string, more: object = {}): object => ({ kind: 'winrm', url, ...more });

const good: readonly (readonly [text: string, address: object])[] = [
  ['win11', { kind: 'running', name: 'win11' }],
  ['winrm://lab@win.test', winrm('https://win.test:5986/wsman', { user: 'lab', protocol: 'https', port: 5986 })],
  ['winrm://lab@192.0.2.7:443', winrm('https://192.0.2.7:443/wsman', { port: 443 })],
  ['winrm+http://lab@win.test', winrm('http://win.test:5985/wsman', { protocol: 'http' })],
  ['winrm+https://win.test/WSMAN', winrm('https://win.test:5986/WSMAN', { path: '/WSMAN' })],
  ['https://win.test:5986/wsman', winrm('https://win.test:5986/wsman')],
  ['https://win.test:443', winrm('https://win.test:443/wsman')],
  ['http://win.test', winrm('http://win.test:5985/wsman')],
  ['winrm://DOM%5Clab@win.test', winrm('https://win.test:5986/wsman', { user: 'DOM\\lab' })],
  ['winrm://[2001:db8::1]:5986', winrm('https://[2001:db8::1]:5986/wsman', { host: '2001:db8::1' })],
  ['WINRM://WIN.test', winrm('https://win.test:5986/wsman')],
  ['ssh://lab@win.test', { kind: 'ssh', host: 'win.test', port: 22, user: 'lab' }],
  ['ssh://lab@[::1]:2222', { kind: 'ssh', host: '::1', port: 2222 }],
];

t.test('addresses', async (t) => {
  for (const [text, address] of good) t.match(parseGuestAddress(text) satisfies GuestAddress, address, text);
});

t.test('what is none is told so, without a password in it', async (t) => {
  for (const text of [
    'Win11',
    'a b',
    'ftp://win.test',
    'winrm://',
    'winrm://lab:hunter22@win.test',
    'https://lab:hunter22@win.test/x?y',
    'hunter2x://lab:hunter22@win.test',
    'winrm://win.test:99999',
    'winrm://win.test/wsman?PSVersion=5',
    'ssh://win.test/C:/',
    'constructor://x',
  ]) {
    try {
      parseGuestAddress(text);
      t.fail(text);
    } catch (error) {
      t.ok(error instanceof LabError && error.code === 'usage.invalid', text);
      t.notMatch(String(error), /hunter22/, text);
    }
  }
});

t.test('places', async (t) => {
  t.same(parsePlace('win11:C:\\a\\b.txt'), { guest: 'win11', path: 'C:\\a\\b.txt', folder: false });
  t.same(parsePlace('winrm://lab@win.test:5986:C:/a/'), { guest: 'winrm://lab@win.test:5986', path: 'C:\\a', folder: true });
  t.same(parsePlace('winrm://lab@win.test:C:\\'), { guest: 'winrm://lab@win.test', path: 'C:\\', folder: false });
  t.same(parsePlace('https://win.test:5986/wsman:D:\\x y'), { guest: 'https://win.test:5986/wsman', path: 'D:\\x y', folder: false });
  t.same(parsePlace('ssh://lab@[::1]:22:C:\\x'), { guest: 'ssh://lab@[::1]:22', path: 'C:\\x', folder: false });
  t.same(parsePlace('C:\\file'), { path: 'C:\\file' }, 'a drive of this machine, where it has such');
  t.same(parsePlace('./a:b'), { path: './a:b' });
  t.throws(() => parsePlace('winrm://lab@win.test/C:/x'), /colon and a path/);
  t.throws(() => asRemotePath('relative'), /not an absolute path/);
});

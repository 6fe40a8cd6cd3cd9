import t from 'tap';
import { registryString, setRegistryValues } from './registry-file.ts';
import { asBuild, osVersionOf } from './windows-version.ts';

const KEY = 'Software\\Microsoft\\Windows NT\\CurrentVersion';
const file = `WINE REGISTRY Version 2
;; All keys relative to REGISTRY\\\\Machine

#arch=win64

[Software\\\\Microsoft\\\\Windows NT\\\\CurrentVersion] 1795273374
#time=1dd79c962b1b776
"CurrentBuild"="19043"
"CurrentBuildNumber"="19043"
"DigitalProductId"=hex:00,00,\\
  00,00
"ProductName"="Microsoft Windows 10"

[Software\\\\Microsoft\\\\Windows NT\\\\CurrentVersion\\\\AeDebug] 1795273373
#time=1dd79c962b1b776
"CurrentBuild"="left alone"
`;

t.test('values are set in their key and nowhere else', async (t) => {
  const changed = setRegistryValues(file, KEY, { CurrentBuild: '26100', Number: 10, ProductName: undefined, Quoted: 'a "b" \\c' });
  t.equal(registryString(changed, KEY, 'CurrentBuild'), '26100');
  t.equal(registryString(changed, KEY, 'Quoted'), 'a "b" \\c');
  t.equal(registryString(changed, KEY, 'ProductName'), undefined);
  t.match(changed, '"Number"=dword:0000000a\n');
  t.match(changed, '"DigitalProductId"=hex:00,00,\\\n  00,00\n', 'values over several lines stay whole');
  t.equal(registryString(changed, `${KEY}\\AeDebug`, 'CurrentBuild'), 'left alone');
  t.equal(setRegistryValues(file, KEY, {}), file, 'nothing to set changes nothing');
  t.throws(() => setRegistryValues(file, 'Software\\Nothing', { a: 'b' }), { message: /no key Software\\Nothing/ });
  t.equal(registryString(file, 'Software\\Nothing', 'a'), undefined);
});

t.test('a build brings its names with it', async (t) => {
  const eleven = asBuild(file, 26100);
  t.equal(registryString(eleven, KEY, 'CurrentBuildNumber'), '26100');
  t.equal(registryString(eleven, KEY, 'DisplayVersion'), '24H2');
  t.equal(registryString(asBuild(eleven, 12345), KEY, 'DisplayVersion'), undefined, 'no release, no name');
  t.equal(osVersionOf(26100), '10.0.26100');
});

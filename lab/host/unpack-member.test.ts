import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../core/ids.ts';
import { openCall } from '../testing/calls.ts';
import { unpackMember } from './unpack-member.ts';

t.test('one file of an archive, and what stands in the way', async (t) => {
  const folder = t.testdir({ package: { bin: { 'node.exe': 'MZ' } } });
  const archive = path.join(folder, 'package.tgz') as LocalPath;
  execFileSync('tar', ['-czf', archive, '-C', folder, 'package']);
  const into = (name: string): LocalPath => {
    mkdirSync(path.join(folder, name));
    return path.join(folder, name) as LocalPath;
  };
  const whole = into('whole');
  await unpackMember(archive, 'package/bin/node.exe', whole, openCall());
  t.equal(readFileSync(path.join(whole, 'node.exe'), 'utf8'), 'MZ');
  await t.rejects(unpackMember(archive, 'package/bin/other.exe', into('other'), openCall()), {
    code: 'host.unpack-failed',
    message: /package\.tgz/,
  });

  const before = process.env['PATH'];
  process.env['PATH'] = folder;
  t.teardown(() => (process.env['PATH'] = before));
  await t.rejects(unpackMember(archive, 'package/bin/node.exe', into('none'), openCall()), {
    code: 'host.unpack-failed',
    message: /there is no tar on this machine/,
  });
});

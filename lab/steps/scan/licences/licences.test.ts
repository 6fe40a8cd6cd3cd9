import { rmSync } from 'node:fs';
import t from 'tap';
import type { LicencePolicy } from '../../../core/scan-policy.ts';
import type { ScanSubject } from '../../../core/scan.ts';
import { patientCall } from '../../../testing/build-rig.ts';
import { scanRig } from '../../../testing/scan-rig.ts';
import { licences } from './licences.ts';

const withPolicy = (subject: ScanSubject, policy: LicencePolicy | undefined): ScanSubject => {
  const { licences: _, ...rest } = subject.config.policy;
  return { ...subject, config: { ...subject.config, policy: policy === undefined ? rest : { ...rest, licences: policy } } };
};
const all: LicencePolicy = { allow: ['MIT', 'ISC', 'Zlib'], deny: [], exceptions: [] };

t.test('licences of a bundle', async (t) => {
  const subject = await scanRig(t);
  const scan = async (policy: LicencePolicy | undefined, changes: Partial<ScanSubject> = {}) =>
    (await licences.scan({ ...withPolicy(subject, policy), ...changes }, patientCall)).outcome;
  t.same(await scan(all), { kind: 'clean' });
  t.match(await scan(undefined), { kind: 'not-run', reason: /no policy\.licences/ });
  t.match(await scan({ ...all, allow: ['MIT', 'ISC'] }), {
    kind: 'findings',
    findings: [
      {
        code: 'licences.not-allowed',
        severity: 'error',
        message: /linked 7 is under Zlib: Zlib is not among/,
        where: { part: 'pkg:github/nobody/linked@7' },
      },
    ],
  });
  t.match(await scan({ ...all, deny: ['ISC'] }), { findings: [{ code: 'licences.denied', message: /@scope\/native/ }] });

  const exception = { owner: 'Mei', reason: 'asked the lawyers', expires: '2026-12-31' };
  for (const purl of ['pkg:github/nobody/linked@7', 'pkg:github/nobody/linked']) {
    const policy = { allow: ['MIT', 'ISC'], deny: [], exceptions: [{ purl, ...exception }] };
    t.match(
      await scan(policy),
      { findings: [{ code: 'licences.excepted', severity: 'note', message: /Mei accepts until 2026-12-31/ }] },
      purl,
    );
    const late = licences.scan({ ...withPolicy(subject, policy), today: '2027-01-01' }, patientCall);
    t.match((await late).outcome, { findings: [{ severity: 'error', message: /held until 2026-12-31/ }] });
  }
  const other = { allow: ['MIT', 'ISC'], deny: [], exceptions: [{ purl: 'pkg:github/nobody/linked@8', ...exception }] };
  t.match(await scan(other), { findings: [{ severity: 'error' }] }, 'an exception for another version');

  const files = subject.manifest.files.filter(({ path }) => !path.includes('linked'));
  t.match(await scan(all, { manifest: { ...subject.manifest, files } }), {
    findings: [{ code: 'licences.text-missing', message: /licence text of linked 7/ }],
  });
  rmSync(`${subject.bundle}/THIRD_PARTY_LICENSES.json`);
  await t.rejects(scan(all), { code: 'file.unreadable' });
});

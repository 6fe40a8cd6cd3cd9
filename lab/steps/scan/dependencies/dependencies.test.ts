import { chmodSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import t, { type Test } from 'tap';
import { ZipFile } from 'yazl';
import type { ScanSubject } from '../../../core/scan.ts';
import { patientCall } from '../../../testing/build-rig.ts';
import { scanRig } from '../../../testing/scan-rig.ts';
import { scratchFolder } from '../../../testing/scratch-folder.ts';
import { dependencies, npmPackage } from './dependencies.ts';
import { readAudit } from './npm-audit.ts';

const advisory = (name: string, fixed: string, changes: object = {}): object => ({
  id: `GHSA-${name}`,
  modified: '2026-11-01T00:00:00Z',
  summary: `A hole in ${name}`,
  affected: [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }] }],
  database_specific: { severity: 'HIGH' },
  ...changes,
});
const known = advisory('lodash', '4.17.21');

/** Puts a program called npm first on the path, for one test. */
async function npmThatSays(t: Test, script: string): Promise<void> {
  const folder = await scratchFolder(t);
  writeFileSync(path.join(folder, 'npm'), `#!/bin/sh\ncase $1 in --version) echo 11.0.0; exit 0;; esac\n${script}\n`);
  chmodSync(path.join(folder, 'npm'), 0o755);
  const before = process.env['PATH'];
  process.env['PATH'] = `${folder}:${before}`;
  t.teardown(() => (process.env['PATH'] = before));
}
const refusing = `echo '{ "message": "405 Method Not Allowed - POST https://registry.invalid/audit" }'; exit 1`;

const withSnapshot = (subject: ScanSubject, osvSnapshot: string): ScanSubject => ({
  ...subject,
  config: { ...subject.config, scans: { osvSnapshot } },
});

t.test('a snapshot is asked where the registry refuses', async (t) => {
  await npmThatSays(t, refusing);
  const subject = await scanRig(t);
  const scan = async (records: unknown, name = 'osv.json') => {
    writeFileSync(path.join(subject.projectRoot, name), JSON.stringify(records));
    return await dependencies.scan(withSnapshot(subject, name), patientCall);
  };
  t.match(await scan([known]), {
    tool: { name: 'OSV snapshot' },
    database: { date: '2026-11-01', entries: 1 },
    control: { caught: true },
    looked: { files: 2 },
    outcome: { kind: 'clean' },
  });
  t.match((await scan([known, advisory('library', '1.2.4'), advisory('other', '9.0.0')])).outcome, {
    findings: [
      { code: 'dependencies.high', severity: 'error', message: /^library 1\.2\.3: A hole in library \(GHSA-library\)/, fix: /1\.2\.4/ },
    ],
  });
  t.match(await scan([advisory('library', '1.2.4')]), { control: { caught: false } }, 'one that does not know what everybody knows');
  t.match((await scan([{ ...known, modified: '2026-01-01T00:00:00Z' }])).outcome, { findings: [{ code: 'dependencies.advisories-old' }] });
  t.match((await scan([])).outcome, {
    kind: 'not-run',
    reason: /405 Method Not Allowed; and osv\.json cannot be used: it has no advisory/,
  });
  t.match((await scan({})).outcome, { kind: 'not-run', reason: /not a list/ });
  t.match((await dependencies.scan(withSnapshot(subject, 'nowhere.json'), patientCall)).outcome, {
    kind: 'not-run',
    reason: /nowhere\.json/,
  });
  t.match((await dependencies.scan(subject, patientCall)).outcome, {
    kind: 'not-run',
    reason: /405 Method Not Allowed$/,
    fix: /osvSnapshot/,
  });

  const zip = new ZipFile();
  for (const record of [known, advisory('library', '1.2.4')])
    zip.addBuffer(Buffer.from(JSON.stringify(record)), `${(record as { id: string }).id}.json`);
  zip.addBuffer(Buffer.from('not JSON'), 'README.md');
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path.join(subject.projectRoot, 'all.zip')));
  t.match(await dependencies.scan(withSnapshot(subject, 'all.zip'), patientCall), {
    database: { entries: 2 },
    outcome: { kind: 'findings' },
  });
});

const audit = (name: string, range: string, severity = 'critical'): object => ({
  auditReportVersion: 2,
  vulnerabilities: {
    [name]: { via: [{ source: 1, name, title: 'Bad', url: 'https://github.com/advisories/GHSA-x', severity, range }, 'another'] },
  },
});

t.test('npm audit', async (t) => {
  const subject = await scanRig(t);
  const folder = await scratchFolder(t);
  mkdirSync(path.join(folder, 'answers'));
  writeFileSync(path.join(folder, 'answers/lodash'), JSON.stringify(audit('lodash', '<4.17.21')));
  writeFileSync(path.join(folder, 'answers/library'), JSON.stringify(audit('library', '<=1.2.3')));
  // Answers by what the lock file that it was given asks for.
  await npmThatSays(
    t,
    `for name in lodash library; do grep -q "node_modules/$name" package-lock.json && exec cat ${folder}/answers/$name; done; exit 1`,
  );
  t.match(await dependencies.scan(subject, patientCall), {
    tool: { name: 'npm audit', version: '11.0.0' },
    control: { caught: true },
    outcome: { findings: [{ code: 'dependencies.critical', severity: 'error', message: /library 1\.2\.3: Bad \(GHSA-x\)/ }] },
  });
});

t.test('reports of npm audit', async (t) => {
  const packages = [{ name: 'a', version: '1.2.3' }];
  t.match(readAudit(JSON.stringify(audit('a', '>=1.0.0 <2.0.0', 'moderate')), packages), [{ id: 'GHSA-x', severity: 'moderate' }]);
  t.same(readAudit(JSON.stringify(audit('a', '>=2.0.0')), packages), []);
  t.same(readAudit(JSON.stringify(audit('b', '*')), packages), []);
  t.same(readAudit('{ "auditReportVersion": 2, "vulnerabilities": {} }', packages), []);
  t.match(readAudit('<html>', packages), /does not answer in JSON/);
  t.match(readAudit('null', packages), /not a report/);
  t.match(readAudit('{ "auditReportVersion": 3 }', packages), /not a report/);
});

t.test('package URLs', async (t) => {
  t.same(npmPackage('pkg:npm/library@1.2.3'), { name: 'library', version: '1.2.3' });
  t.same(npmPackage('pkg:npm/%40scope/native@4.5.6'), { name: '@scope/native', version: '4.5.6' });
  for (const purl of ['pkg:github/a/b@1', 'pkg:generic/node@26', 'pkg:npm/a', '']) t.equal(npmPackage(purl), undefined, purl);
});

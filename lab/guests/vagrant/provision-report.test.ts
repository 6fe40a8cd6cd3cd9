import fc from 'fast-check';
import t from 'tap';
import { printedReport } from '../../testing/vagrant/printed-report.ts';
import { readMachineLine } from './machine-readable.ts';
import { type ProvisionReport, provisionReports } from './provision-report.ts';

/** What a script printed, as Vagrant passes it on. */
const relayed = (printed: string, machine = 'win11') =>
  printed
    .split('\r\n')
    .map((line) => readMachineLine(`1795260051,${machine},ui,detail,    ${machine}: ${line.replaceAll(',', '%!(VAGRANT_COMMA)')}`));

const report: ProvisionReport = {
  format: 1,
  script: 'defender',
  changes: [
    { what: 'Defender ExclusionPath C:\\new\\r', before: 'excluded', after: 'scanned', done: true, reason: '' },
    { what: 'Defender MAPSReporting', before: 0, after: null, done: false, reason: 'Zugriff verweigert: „Manipulationsschutz“' },
  ],
  restartNeeded: false,
  certificateSha256: null,
};

t.test('a report comes through whatever it says', async (t) => {
  t.same(provisionReports('win11', relayed(printedReport(report))), [report]);
  const two = [...relayed(printedReport(report)), ...relayed(printedReport({ ...report, script: 'uac' })), ...relayed('anything else\r\n')];
  t.same(
    provisionReports('win11', two).map(({ script }) => script),
    ['defender', 'uac'],
  );
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), (what) => {
      const odd = { ...report, changes: [{ what, before: what, after: true, done: true, reason: what }] };
      t.same(provisionReports('win11', relayed(printedReport(odd))), [odd]);
    }),
    { numRuns: 50 },
  );
});

t.test('only the machine itself reports', async (t) => {
  t.same(provisionReports('win10', relayed(printedReport(report))), []);
  t.same(provisionReports('win11', [{ kind: 'text', text: printedReport(report) }]), []);
});

t.test('what is incomplete or unknown is refused', async (t) => {
  const lines = relayed(printedReport(report));
  const refused = (messages: Parameters<typeof provisionReports>[1], problem: RegExp) =>
    t.throws(() => provisionReports('win11', messages), { code: 'vagrant.report-invalid', message: problem });
  refused(lines.slice(1), /only \d+ of \d+ parts/);
  refused([...lines, ...relayed('anivault-lab-report:defender:1/99:AAAA')], /do not belong together/);
  refused(relayed('anivault-lab-report:defender:1/1:AAAA'), /Invalid input/);
  refused(relayed(printedReport({ ...report, certificateSha256: 'abc' as never })), /certificateSha256/);
  refused(relayed(printedReport({ ...report, script: 'other' }).replaceAll(':other:', ':defender:')), /calls itself other/);
  refused(
    relayed(Array.from({ length: 1200 }, (_, part) => `anivault-lab-report:big:${part + 1}/1200:${'A'.repeat(200)}`).join('\r\n')),
    /belong/,
  );
});

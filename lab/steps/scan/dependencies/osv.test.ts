import t from 'tap';
import { type OsvRecord, advisoriesFor, osvRecord, severityOf } from './osv.ts';

const record = (
  changes: Record<string, unknown> = {},
  events: readonly object[] = [{ introduced: '0' }, { fixed: '4.17.21' }],
): OsvRecord =>
  osvRecord.parse({
    id: 'CVE-1',
    aliases: ['GHSA-aaaa'],
    modified: '2026-01-01T00:00:00Z',
    summary: 'Injection',
    affected: [{ package: { ecosystem: 'npm', name: 'lodash' }, ranges: [{ type: 'SEMVER', events }] }],
    database_specific: { severity: 'HIGH' },
    ...changes,
  });
const ids = (version: string, one: OsvRecord, name = 'lodash') =>
  advisoriesFor({ name, version }, [one]).map(({ id, fixedIn }) => [id, fixedIn]);

t.test('ranges', async (t) => {
  t.same(ids('4.17.20', record()), [['GHSA-aaaa', '4.17.21']]);
  t.same(ids('4.17.21', record()), []);
  t.same(ids('0.0.1', record()), [['GHSA-aaaa', '4.17.21']]);
  t.same(ids('4.17.21-rc.1', record()), [['GHSA-aaaa', '4.17.21']], 'a candidate for the mended version is before it');
  const again = record({}, [{ introduced: '1.0.0' }, { fixed: '1.2.0' }, { introduced: '2.0.0' }, { last_affected: '2.3.4' }]);
  t.same(
    ['0.9.0', '1.0.0', '1.2.0', '2.0.0', '2.3.4', '2.3.5'].map((version) => ids(version, again).length),
    [0, 1, 0, 1, 1, 0],
  );
  t.same(ids('2.1.0', again), [['GHSA-aaaa', undefined]], 'nothing mends it');
  t.same(ids('9.9.9', record({}, [{ introduced: '0' }])), [['GHSA-aaaa', undefined]]);
});

t.test('what does not hold', async (t) => {
  t.same(ids('4.0.0', record(), 'lodash-es'), []);
  t.same(ids('4.0.0', record({ withdrawn: '2026-02-01T00:00:00Z' })), []);
  t.same(ids('4.0.0', record({ affected: [{ package: { ecosystem: 'PyPI', name: 'lodash' }, versions: ['4.0.0'] }] })), []);
  t.same(ids('4.0.0', record({ affected: [{ package: { ecosystem: 'npm', name: 'lodash' }, versions: ['4.0.0'] }] })), [
    ['GHSA-aaaa', undefined],
  ]);
});

t.test('severities', async (t) => {
  t.match(advisoriesFor({ name: 'lodash', version: '1.0.0' }, [record()]), [{ severity: 'high', title: 'Injection' }]);
  t.same(['CRITICAL', 'Medium', 'low', undefined, 'odd'].map(severityOf), ['critical', 'moderate', 'low', 'unknown', 'unknown']);
});

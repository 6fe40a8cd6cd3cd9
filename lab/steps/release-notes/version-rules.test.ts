import fc from 'fast-check';
import semver from 'semver';
import t from 'tap';
import { type Demand, type VersionBasis, demands, isVersion, leastVersion, versionOfTag, versionProblem } from './version-rules.ts';

const basis = (last: string | undefined, demand: Demand, more: Partial<VersionBasis> = {}): VersionBasis => ({
  last,
  lastStable: last,
  tagged: last === undefined ? [] : [last],
  demand,
  ...more,
});

t.test('the least version that fits', async (t) => {
  const cases: readonly (readonly [string | undefined, Demand, string])[] = [
    [undefined, 'nothing', '0.1.0'],
    [undefined, 'breaking', '0.1.0'],
    ['0.1.0', 'nothing', '0.1.1'],
    ['0.1.0', 'fix', '0.1.1'],
    ['0.1.0', 'feature', '0.2.0'],
    ['0.1.7', 'breaking', '0.2.0'],
    ['1.2.3', 'fix', '1.2.4'],
    ['1.2.3', 'feature', '1.3.0'],
    ['1.2.3', 'breaking', '2.0.0'],
  ];
  for (const [last, demand, least] of cases) t.equal(leastVersion(basis(last, demand)), least, `${last} and ${demand}`);
  const afterBeta = basis('2.0.0-beta.2', 'breaking', { lastStable: '1.4.0', tagged: ['1.4.0', '2.0.0-beta.1', '2.0.0-beta.2'] });
  t.equal(leastVersion(afterBeta), '2.0.0', 'a pre-release leads to its release');
  t.equal(leastVersion(basis('1.2.3', 'fix', { tagged: ['1.2.3', '1.2.4', '1.2.5'] })), '1.2.6', 'tags of other branches are taken');
});

t.test('what is refused, and why', async (t) => {
  const cases: readonly (readonly [string, VersionBasis, string | undefined])[] = [
    ['2.0.0', basis('1.2.3', 'breaking'), undefined],
    ['1.9.9', basis('1.2.3', 'breaking'), 'too-small'],
    ['1.2.9', basis('1.2.3', 'feature'), 'too-small'],
    ['0.2.0', basis('0.1.3', 'breaking'), undefined],
    ['0.1.4', basis('0.1.3', 'breaking'), 'too-small'],
    ['1.0.0', basis('0.9.0', 'fix'), undefined],
    ['1.2.3', basis('1.2.3', 'nothing'), 'tagged'],
    ['1.2.3+again', basis('1.2.3', 'nothing'), 'tagged'],
    ['1.2.2', basis('1.2.3', 'nothing'), 'not-higher'],
    ['1.2.3-rc.1', basis('1.2.3', 'nothing'), 'not-higher'],
    ['2.0.0-beta.1', basis('1.2.3', 'breaking'), undefined],
    ['1.3.0-beta.1', basis('1.2.3', 'breaking'), 'too-small'],
    ['2.0.0-beta.10', basis('2.0.0-beta.9', 'breaking', { lastStable: '1.0.0' }), undefined],
    ['2.0.0-beta.2', basis('2.0.0-beta.10', 'breaking', { lastStable: '1.0.0' }), 'not-higher'],
    ['2.0.0-alpha', basis('2.0.0-beta.1', 'breaking', { lastStable: '1.0.0' }), 'not-higher'],
    ['0.0.1', basis(undefined, 'breaking'), undefined],
    ...[
      '',
      'v1.2.3',
      '=1.2.3',
      ' 1.2.3',
      '1.2.3\n',
      '1.2',
      '01.2.3',
      'latest',
      '1.2.3-',
      '99999999999999999999.0.0',
      `1.0.0-${'a'.repeat(200)}`,
    ].map((text) => [text, basis('0.1.0', 'fix'), 'not-a-version'] as const),
  ];
  for (const [wanted, on, kind] of cases) t.equal(versionProblem(wanted, on)?.kind, kind, JSON.stringify(wanted));
});

t.test('tags', async (t) => {
  t.equal(versionOfTag('v1.2.3'), '1.2.3');
  t.equal(versionOfTag('1.2.3-rc.1'), '1.2.3-rc.1');
  for (const tag of ['nightly', 'v1', 'vv1.2.3', 'release-1.2.3', 'V1.2.3', 'v1.2.3/x', 'v']) t.equal(versionOfTag(tag), undefined, tag);
});

const part = fc.nat(30);
const stable = fc.tuple(part, part, part).map((numbers) => numbers.join('.'));
const pre = fc.tuple(fc.constantFrom('alpha', 'beta', 'rc'), fc.nat(20)).map(([word, number]) => `-${word}.${number}`);
const anyVersion = fc.tuple(stable, fc.option(pre, { nil: '' })).map(([core, suffix]) => core + suffix);
const anyBasis: fc.Arbitrary<VersionBasis> = fc
  .record({
    tagged: fc.array(anyVersion, { maxLength: 8 }),
    elsewhere: fc.array(anyVersion, { maxLength: 4 }),
    demand: fc.constantFrom(...demands),
  })
  .map(({ tagged, elsewhere, demand }) => {
    const sorted = tagged.toSorted(semver.rcompare);
    return {
      last: sorted[0],
      lastStable: sorted.find((one) => semver.prerelease(one) === null),
      tagged: [...tagged, ...elsewhere],
      demand,
    };
  });

t.test('for any history', async (t) => {
  fc.assert(
    fc.property(anyBasis, (on) => {
      const least = leastVersion(on);
      if (versionProblem(least, on) !== undefined) throw new Error(`${least} is said to be the least that fits, and is refused`);
    }),
  );
  fc.assert(
    fc.property(anyBasis, stable, (on, wanted) => {
      const problem = versionProblem(wanted, on);
      if (problem === undefined && on.lastStable !== undefined && semver.lt(wanted, leastVersion(on)))
        throw new Error(`${wanted} is let through below the least`);
      if (problem === undefined && on.tagged.some((tag) => semver.eq(tag, wanted))) throw new Error('a version twice');
      if (problem === undefined && on.last !== undefined && !semver.gt(wanted, on.last)) throw new Error('a step back');
    }),
  );
  fc.assert(
    fc.property(anyBasis, anyVersion, (on, wanted) => {
      const refusedFor = demands.map((demand) => versionProblem(wanted, { ...on, demand }) !== undefined);
      if (refusedFor.some((refused, index) => refused && refusedFor[index + 1] === false))
        throw new Error('more is demanded, and less will do');
    }),
  );
  fc.assert(
    fc.property(anyBasis, pre, (on, suffix) => {
      const core = leastVersion(on);
      if (on.tagged.some((tag) => semver.eq(tag, core + suffix)) || (on.last !== undefined && !semver.gt(core + suffix, on.last))) return;
      if (versionProblem(core + suffix, on) !== undefined) throw new Error(`a pre-release of ${core} is refused`);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      if (isVersion(text) && semver.parse(text) === null) throw new Error('a version that cannot be read');
    }),
  );
  t.pass('holds');
});

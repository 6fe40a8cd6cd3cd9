import { generateKeyPairSync, sign } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { LabError } from '../core/error.ts';
import type { Call } from '../core/call.ts';
import { reseal } from '../testing/fixtures/reseal.ts';
import { type SampleRun, sampleKinds, sampleRun, writeSampleRun } from '../testing/fixtures/sample-run.ts';
import { canonicalJson } from './canonical-json.ts';
import { type SealFile, keyIdOf, payloadType, signEnvelope } from './envelope.ts';
import type { LabKey, TrustedKey } from './keys.ts';
import { readRun } from './read-run.ts';
import { sealRun, sealText } from './seal.ts';
import { type RunVerification, verifyRun } from './verify-run.ts';
import { verifySeal } from './verify-seal.ts';

const call: Call = { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } };
const clock = { now: () => '2026-11-21T15:00:00.000Z' };

function newKey(): LabKey & { readonly trusted: readonly TrustedKey[] } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keyId = keyIdOf(publicKey);
  return { keyId, privateKey, trusted: [{ keyId, publicKey }] };
}
const key = newKey();

async function sealedRun(test: Test, sample: SampleRun = sampleRun('emulated')): Promise<string> {
  const folder = path.join(test.testdir({}), 'run');
  await writeSampleRun(sample, folder);
  await writeFile(path.join(folder, 'report.html'), '<!doctype html><title>report</title>\n');
  await mkdir(path.join(folder, 'release'));
  await writeFile(path.join(folder, 'release', 'anivault.zip'), 'PK\u0003\u0004 a zip\n');
  await sealRun({ folder, key, clock }, call);
  return folder;
}

const verify = (folder: string): Promise<RunVerification> => verifyRun({ folder, trustedKeys: key.trusted }, call);
const codes = async (folder: string): Promise<readonly string[]> =>
  [...new Set((await verify(folder)).problems.map((problem) => problem.code))].toSorted();

t.test('a sealed run of every ending verifies', async (t) => {
  for (const kind of sampleKinds) {
    await t.test(kind, async (t) => {
      const folder = await sealedRun(t, sampleRun(kind));
      const result = await verify(folder);
      t.same(result.problems, []);
      t.equal(result.outcome, 'verified');
      t.equal(result.keyId, key.keyId);
      t.equal('record' in result && result.record?.verdict, sampleRun(kind).record.verdict);
      t.equal(result.files, (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length - 1);
    });
  }
});

t.test('the same run and key give the same seal, and dates of files play no part', async (t) => {
  const folder = await sealedRun(t);
  const before = await readFile(path.join(folder, 'seal.json'));
  for (const file of ['record.json', 'seal.json']) await utimes(path.join(folder, file), 1, 1);
  t.equal((await verify(folder)).outcome, 'verified');
  await sealRun({ folder, key, clock }, call);
  t.same(await readFile(path.join(folder, 'seal.json')), before);
});

t.test('a flip of any byte of the seal is noticed', async (t) => {
  const folder = await sealedRun(t);
  const bytes = await readFile(path.join(folder, 'seal.json'));
  t.same(verifySeal(bytes, key.trusted).problems, []);
  const unnoticed: number[] = [];
  for (let position = 0; position < bytes.length; position += 1) {
    const byte = bytes[position] ?? 0;
    bytes[position] = byte ^ (1 << (position % 8));
    if (verifySeal(bytes, key.trusted).problems.length === 0) unnoticed.push(position);
    bytes[position] = byte;
  }
  t.same(unnoticed, []);
});

t.test('a flip of any byte of any sealed file is noticed', { timeout: 120_000 }, async (t) => {
  const folder = await sealedRun(t, sampleRun('emulated', { checks: 1 }));
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  t.ok(files.length >= 9);
  for (const file of files.toSorted()) {
    const target = path.join(folder, file);
    const original = await readFile(target);
    // Every byte of small files; of larger ones both ends and some in between.
    const step = original.length <= 64 ? 1 : Math.floor(original.length / 24);
    const positions = new Set([0, 1, original.length - 2, original.length - 1]);
    for (let position = 0; position < original.length; position += step) positions.add(position);
    const unnoticed: string[] = [];
    let flips = 0;
    for (const position of positions) {
      flips += 1;
      const bytes = Buffer.from(original);
      // The lowest bit first, then another one: 0x20 turns `a` into `A` and a space into NUL, 0x80 leaves ASCII.
      bytes[position] = (bytes[position] ?? 0) ^ ([0x01, 0x20, 0x80, 0x02][flips % 4] ?? 1);
      await writeFile(target, bytes);
      if ((await verify(folder)).outcome !== 'refused') unnoticed.push(`${file}:${position}`);
    }
    await writeFile(target, original);
    t.same(unnoticed, [], `${file}, ${flips} flips`);
  }
  t.equal((await verify(folder)).outcome, 'verified', 'and the untouched run is good again');
});

t.test('what is wrong is named', async (t) => {
  const cases: readonly (readonly [string, (folder: string) => Promise<unknown>, readonly string[]])[] = [
    ['an added file', (folder) => writeFile(path.join(folder, 'more.txt'), 'x'), ['file-extra']],
    [
      'a hidden added file in a new folder',
      (folder) => mkdir(path.join(folder, '.x')).then(() => writeFile(path.join(folder, '.x', 'y'), '')),
      ['file-extra'],
    ],
    ['a removed file', (folder) => rm(path.join(folder, 'report.html')), ['file-missing']],
    [
      'a renamed file',
      (folder) => rename(path.join(folder, 'report.html'), path.join(folder, 'Report.html')),
      ['file-extra', 'file-missing'],
    ],
    [
      'a changed report',
      (folder) => writeFile(path.join(folder, 'report.html'), '<!doctype html><title>REPORT</title>\n'),
      ['file-changed'],
    ],
    ['a truncated release', (folder) => writeFile(path.join(folder, 'release', 'anivault.zip'), 'PK'), ['file-changed']],
    ['no seal', (folder) => rm(path.join(folder, 'seal.json')), ['seal-missing']],
    ['an empty seal', (folder) => writeFile(path.join(folder, 'seal.json'), ''), ['seal-invalid']],
    ['a seal with a space more', (folder) => appendTo(path.join(folder, 'seal.json'), ' '), ['seal-not-canonical']],
    ['no record', (folder) => rm(path.join(folder, 'record.json')), ['file-missing']],
    ['no journal', (folder) => rm(path.join(folder, 'events.ndjson')), ['file-missing', 'plan-unspoken', 'record-differs']],
    [
      'a link to the same bytes',
      async (folder) => {
        await rename(path.join(folder, 'report.html'), path.join(folder, '..', 'report.html'));
        await symlink('../report.html', path.join(folder, 'report.html'));
      },
      ['file-not-plain'],
    ],
    ['a link to a folder', (folder) => symlink('release', path.join(folder, 'release2')), ['file-not-plain']],
  ];
  for (const [name, damage, expected] of cases) {
    await t.test(name, async (t) => {
      const folder = await sealedRun(t);
      await damage(folder);
      t.same(await codes(folder), expected);
    });
  }
});

t.test('evidence that is gone or swapped is named with its cell', async (t) => {
  const folder = await sealedRun(t);
  const [first, second] = [...sampleRun('emulated').evidence.keys()];
  await rm(path.join(folder, 'evidence', String(first)));
  await writeFile(path.join(folder, 'evidence', String(second)), 'other');
  const { problems } = await verify(folder);
  t.ok(problems.some((problem) => problem.code === 'evidence-missing' && problem.message.includes('clean-install@win10')));
  t.ok(problems.some((problem) => problem.code === 'evidence-changed' && problem.file === `evidence/${second}`));
});

t.test('keys', async (t) => {
  const stranger = newKey();
  await t.test('a good seal by a stranger is not trusted', async (t) => {
    const folder = await sealedRun(t);
    await sealRun({ folder, key: stranger, clock }, call);
    t.same(await codes(folder), ['key-untrusted']);
    t.equal((await verifyRun({ folder, trustedKeys: [...key.trusted, ...stranger.trusted] }, call)).outcome, 'verified');
    t.equal((await verifyRun({ folder, trustedKeys: [] }, call)).outcome, 'refused');
  });
  await t.test('a stranger who names our key is caught', async (t) => {
    const folder = await sealedRun(t);
    const file = path.join(folder, 'seal.json');
    const seal = JSON.parse(await readFile(file, 'utf8')) as SealFile;
    const forged = signEnvelope(Buffer.from(seal.payload, 'base64'), stranger.privateKey);
    const claimed = { ...forged, publicKey: seal.publicKey, signatures: [{ keyid: key.keyId, sig: forged.signatures[0]?.sig ?? '' }] };
    await writeFile(file, sealText(claimed));
    t.same(await codes(folder), ['signature-invalid']);
    await writeFile(file, sealText({ ...claimed, publicKey: forged.publicKey }));
    t.same(await codes(folder), ['key-mismatch', 'signature-invalid']);
  });
  await t.test('a signature over another type of payload does not count', async (t) => {
    const folder = await sealedRun(t);
    const file = path.join(folder, 'seal.json');
    const seal = JSON.parse(await readFile(file, 'utf8')) as SealFile;
    const body = Buffer.from(seal.payload, 'base64');
    const raw = sign(null, body, key.privateKey).toString('base64');
    await writeFile(file, sealText({ ...seal, signatures: [{ keyid: key.keyId, sig: raw }] }));
    t.same(await codes(folder), ['signature-invalid']);
  });
});

t.test('a seal by the right key that says what the run does not is caught', async (t) => {
  const folder = await sealedRun(t, sampleRun('rejected'));
  const file = path.join(folder, 'seal.json');
  const statement = JSON.parse(Buffer.from((JSON.parse(await readFile(file, 'utf8')) as SealFile).payload, 'base64').toString('utf8'));
  t.equal(statement.predicate.verdict, 'rejected');
  statement.predicate.verdict = 'accepted';
  await writeFile(file, sealText(signEnvelope(Buffer.from(canonicalJson(statement)), key.privateKey)));
  t.same(await codes(folder), ['claims-differ']);
  statement.predicate.verdict = 'rejected';
  statement.subject.reverse();
  await writeFile(file, sealText(signEnvelope(Buffer.from(canonicalJson(statement)), key.privateKey)));
  t.same(await codes(folder), ['seal-not-canonical']);
});

t.test('a run that another version of the fold made', async (t) => {
  /** Seals a run whose record another lab has made, as that lab would. */
  const sealedAs = async (test: Test, change: (record: Record<string, unknown>) => void): Promise<string> => {
    const folder = await sealedRun(test);
    const file = path.join(folder, 'record.json');
    const record = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    change(record);
    await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
    await reseal(folder, key);
    return folder;
  };
  const before = (record: Record<string, unknown>): void => {
    delete record['fold'];
    delete record['scans'];
    record['reasons'] = ['in other words'];
  };
  const later = (record: Record<string, unknown>): void => void Object.assign(record, { fold: 99, $schema: 'record.v7.json', more: [1] });

  for (const [what, change, fold] of [
    ['of before there was a number', before, 1],
    ['of a later lab', later, 99],
  ] as const) {
    await t.test(`${what}: the seal holds, and that is all that is said`, async (t) => {
      const folder = await sealedAs(t, change);
      t.match(await verify(folder), {
        outcome: 'sealed-only',
        problems: [],
        keyId: key.keyId,
        sealedBy: { fold },
        claims: { verdict: 'accepted', assurance: 'emulated' },
      });
      await t.rejects(readRun(folder, { tolerateTornEnd: true }, call), {
        code: 'trust.other-version',
        message: new RegExp(`version ${fold}`),
      });
      await t.rejects(sealRun({ folder, key, clock }, call), { code: 'trust.not-sealable', message: /another version/ });
    });
  }
  await t.test('what this version would refuse outright is still refused', async (t) => {
    for (const [what, damage, expected] of [
      ['a changed report', (folder: string) => appendTo(path.join(folder, 'report.html'), ' '), ['file-changed']],
      ['a changed record', (folder: string) => appendTo(path.join(folder, 'record.json'), ' '), ['file-changed']],
      ['a file more', (folder: string) => writeFile(path.join(folder, 'more'), ''), ['file-extra']],
      ['no plan', (folder: string) => rm(path.join(folder, 'plan.json')), ['file-missing', 'plan-differs']],
      ['no journal', (folder: string) => rm(path.join(folder, 'events.ndjson')), ['file-missing', 'plan-differs']],
      ['a claim that the record does not make', (folder: string) => reseal(folder, key, { verdict: 'rejected' }), ['claims-differ']],
      [
        'a journal with a line taken out',
        async (folder: string) => {
          const file = path.join(folder, 'events.ndjson');
          await writeFile(file, (await readFile(file, 'utf8')).split('\n').toSpliced(5, 1).join('\n'));
          await reseal(folder, key);
        },
        ['journal-broken'],
      ],
      [
        'another plan',
        async (folder: string) => {
          await appendTo(path.join(folder, 'plan.json'), ' ');
          await reseal(folder, key);
        },
        ['plan-differs'],
      ],
    ] as const) {
      await t.test(what, async (t) => {
        const folder = await sealedAs(t, later);
        await damage(folder);
        t.equal((await verify(folder)).outcome, 'refused');
        t.same(await codes(folder), expected);
      });
    }
  });
  await t.test('a record that says it is of this version has to be what it says', async (t) => {
    t.same(await codes(await sealedAs(t, (record) => void (record['reasons'] = ['in other words']))), ['record-differs']);
    t.same(await codes(await sealedAs(t, (record) => void (record['fold'] = 0))), ['content-invalid']);
    t.same(await codes(await sealedAs(t, (record) => void (record['fold'] = '99'))), ['content-invalid']);
  });
});

t.test('a run that does not agree with itself is not sealed', async (t) => {
  const good = sampleRun('rejected');
  const refused = async (test: Test, damage: (folder: string) => Promise<unknown>): Promise<string> => {
    const folder = path.join(test.testdir({}), 'run');
    await writeSampleRun(good, folder);
    await damage(folder);
    const thrown = await sealRun({ folder, key, clock }, call).catch((error: unknown) => error);
    t.notOk((await readdir(folder)).includes('seal.json'));
    return thrown instanceof LabError && thrown.code === 'trust.not-sealable' ? thrown.message : `not refused: ${String(thrown)}`;
  };
  await t.test('a record that says more than its journal', async (t) => {
    t.match(
      await refused(t, (folder) => writeFile(path.join(folder, 'record.json'), good.recordText.replace('"rejected"', '"accepted"'))),
      /record\.json is not what/,
    );
  });
  await t.test('another plan', async (t) => {
    t.match(await refused(t, (folder) => writeFile(path.join(folder, 'plan.json'), `${good.planText} `)), /plan\.json is not the plan/);
  });
  await t.test('a journal with a line taken out', async (t) => {
    const lines = good.journalText.split('\n');
    t.match(
      await refused(t, (folder) => writeFile(path.join(folder, 'events.ndjson'), lines.toSpliced(5, 1).join('\n'))),
      /chain of events\.ndjson is broken at line 6/,
    );
  });
  await t.test('a torn journal', async (t) => {
    t.match(await refused(t, (folder) => writeFile(path.join(folder, 'events.ndjson'), good.journalText.slice(0, -1))), /never finished/);
  });
  await t.test('a link', async (t) => {
    t.match(await refused(t, (folder) => symlink('/etc/hostname', path.join(folder, 'x'))), /x is a link/);
  });
  await t.test('missing evidence', async (t) => {
    t.match(await refused(t, (folder) => rm(path.join(folder, 'evidence', String([...good.evidence.keys()][0])))), /is missing/);
  });
});

t.test('facts are validated by whoever knows them', async (t) => {
  const folder = await sealedRun(t);
  const seen: string[] = [];
  const validateFacts = (check: string, facts: unknown): void => {
    seen.push(check);
    t.equal((facts as { check: string }).check, check);
    if (check === 'benchmark') throw LabError.of('file.invalid', { file: 'f', format: 'facts', problems: 'no medians' });
  };
  const { problems } = await verifyRun({ folder, trustedKeys: key.trusted, validateFacts }, call);
  t.same([...new Set(problems.map((problem) => problem.code))], ['facts-invalid']);
  t.same([...new Set(seen)].toSorted(), ['benchmark', 'clean-install']);
});

t.test('the envelope is what other tools expect', async (t) => {
  const folder = await sealedRun(t);
  const text = await readFile(path.join(folder, 'seal.json'), 'utf8');
  const seal = JSON.parse(text) as SealFile;
  t.equal(seal.payloadType, payloadType);
  const statement = JSON.parse(Buffer.from(seal.payload, 'base64').toString('utf8'));
  t.equal(statement._type, 'https://in-toto.io/Statement/v1');
  const names = statement.subject.map((subject: { name: string }) => subject.name);
  t.same(names, names.toSorted());
  for (const name of ['plan.json', 'events.ndjson', 'record.json', 'report.html', 'release/anivault.zip']) t.ok(names.includes(name), name);
  t.notOk(names.includes('seal.json'));
  t.equal(statement.predicate.assurance, 'emulated');
});

t.test('a folder that is not there throws, and so does an aborted call', async (t) => {
  await t.rejects(verify(path.join(t.testdir({}), 'none')), { code: 'file.unreadable' });
  const folder = await sealedRun(t);
  const copy = `${folder}-copy`;
  await cp(folder, copy, { recursive: true });
  const stop = AbortSignal.abort(LabError.of('lab.interrupted', { signal: 'SIGINT' }));
  await t.rejects(verifyRun({ folder: copy, trustedKeys: key.trusted }, { ...call, signal: stop }), { code: 'lab.interrupted' });
});

async function appendTo(file: string, text: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')) + text);
}

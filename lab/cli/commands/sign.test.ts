import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { signatureReportFormat } from '../../core/signature-report.ts';
import { validate } from '../../core/validate.ts';
import { cliRig } from '../../testing/cli-rig.ts';
import { SigningRig } from '../../testing/sign/signing-rig.ts';
import { without } from '../../testing/winrm/foreign-programs.ts';
import { projectRoot } from '../../testing/wine-rig.ts';

t.test('lab sign', { skip: without('openssl', 'osslsigncode') }, async (t) => {
  const rig = await SigningRig.make(t);
  const { lab } = cliRig(t);
  const { withChain: certificate, ...issued } = rig.authority.issue({ name: 'Publisher', purpose: 'codeSigning' });
  const key = rig.authority.encrypt({ ...issued, withChain: certificate }, rig.password);
  const config = path.join(rig.folder, 'lab.config.json');
  const environment = { PATH: process.env['PATH'] ?? '', SIGNING_PASSWORD: rig.password };
  const configure = async (signing: unknown): Promise<void> => {
    const own = JSON.parse(await readFile(path.join(projectRoot, 'lab.config.json'), 'utf8')) as Record<string, unknown>;
    await writeFile(config, JSON.stringify({ ...own, signing }));
  };
  await writeFile(path.join(rig.folder, 'package.json'), '{ "version": "1.2.3" }');
  const pem = { kind: 'pem', certificate, key, password: { environment: 'SIGNING_PASSWORD' } };
  const sign = (...more: readonly string[]): ReturnType<typeof lab> =>
    lab(['sign', rig.executable, '--config', config, '--output', rig.output, ...more], { environment });
  const signed = path.join(rig.output, 'small.exe');

  await t.test('signs as the configuration says', async (t) => {
    await configure({ signer: pem });
    const { exitCode, stdout, stderr } = await sign();
    t.equal(exitCode, 0, stderr);
    t.match(stdout, `${signed}\n✓ small.exe`);
    t.match(stdout, /signed by +CN=Publisher\n/);
    t.match(stdout, /time stamp +none/);
    t.same(await readdir(rig.output), ['small.exe']);
    t.notOk(rig.parts.masker.findsIn(Buffer.from(stdout + stderr)));
  });

  await t.test('gives the same bytes at the same time', async (t) => {
    const at = { environment: { ...environment, SOURCE_DATE_EPOCH: '1700000000' } };
    const digests: string[] = [];
    for (const output of ['one', 'two']) {
      const { stdout } = await lab(['sign', rig.executable, '--config', config, '--output', path.join(rig.folder, output), '--json'], at);
      const report = validate(signatureReportFormat, JSON.parse(stdout), 'the output');
      t.equal(report.signature?.signedAt, '2023-11-14T22:13:20.000Z');
      digests.push(report.sha256);
    }
    t.equal(digests[0], digests[1]);
    const bad = await lab(['sign', rig.executable, '--config', config], { environment: { ...environment, SOURCE_DATE_EPOCH: 'soon' } });
    t.equal(bad.exitCode, 2);
    t.match(bad.stderr, /SOURCE_DATE_EPOCH is soon/);
  });

  await t.test('says everything about a signature', async (t) => {
    const { exitCode, stdout } = await lab(['sign', signed, '--verify', '--authorities', rig.authority.certificate]);
    t.equal(exitCode, 0);
    t.match(stdout, /issued by +CN=Test Authority\n +authority +one of the given\n +digest +sha256 [0-9a-f]{64}, as it was signed/);
    const json = await lab(['sign', signed, '--verify', '--json']);
    t.match(validate(signatureReportFormat, JSON.parse(json.stdout), 'the output'), {
      signature: { known: false, repeatable: true },
      problems: [],
    });
  });

  await t.test('and about one that is not right, or not there', async (t) => {
    const changed = await readFile(signed);
    changed[0x600] = (changed[0x600] ?? 0) ^ 1;
    await writeFile(path.join(rig.folder, 'changed.exe'), changed);
    const wrong = await lab(['sign', path.join(rig.folder, 'changed.exe'), '--verify']);
    t.equal(wrong.exitCode, 1);
    t.match(wrong.stdout, /✗ changed.exe[\s\S]+was signed as [\s\S]+problem: it was made for sha256/);
    const none = await lab(['sign', rig.executable, '--verify']);
    t.equal(none.exitCode, 1);
    t.match(none.stdout, /there is no signature/);
    const text = await lab(['sign', config, '--verify']);
    t.equal(text.exitCode, 2);
    t.match(text.stderr, /is no Windows executable/);
    t.equal((await lab(['sign', path.join(rig.folder, 'absent.exe'), '--verify'])).exitCode, 3);
  });

  await t.test('says what is wrong', async (t) => {
    for (const signing of [undefined, { signer: { kind: 'none' } }]) {
      await configure(signing);
      t.match(await sign(), { exitCode: 2, stderr: /says nothing of a signer/ });
    }
    await configure({ signer: { ...pem, password: { environment: 'NOT_SET' } } });
    t.match(await sign(), { exitCode: 2, stderr: /NOT_SET is not set/ });
    await configure({ signer: { ...pem, password: rig.password } });
    const refused = await sign();
    t.equal(refused.exitCode, 2);
    t.match(refused.stderr, /signing/);
    t.notOk(refused.stderr.includes(rig.password), 'and does not repeat it');
  });
});

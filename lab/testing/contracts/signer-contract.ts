import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { changesBesidesSignature } from '../../steps/sign/authenticode/only-signature-added.ts';
import type { Signer } from '../../steps/sign/signer.ts';
import { callFor } from '../calls.ts';
import type { SigningRig } from '../sign/signing-rig.ts';

/** A signer under test. */
export interface SignerUnderTest {
  readonly rig: SigningRig;
  readonly signer: Signer;
  /** What the certificate says. */
  readonly subject: RegExp;
  /** PEM file that the certificate has to lead to; absent for a throw-away one. */
  readonly authorities?: string;
  /** The kind of key: of RSA alone the same bytes come out again. */
  readonly key: 'RSA' | 'EC';
}

/** What every signer promises. `name` tells them apart. */
export async function signerContract(t: Test, name: string, under: SignerUnderTest): Promise<void> {
  const { rig, signer, subject, authorities, key } = under;
  const config = { signer: { kind: 'rehearsal' }, ...(authorities === undefined ? {} : { authorities }) };
  const signInto = (folder: string, timeSeconds?: number): ReturnType<SigningRig['sign']> =>
    rig.sign(config, {
      signer,
      outputDirectory: path.join(rig.folder, name, folder) as LocalPath,
      ...(timeSeconds === undefined ? {} : { timeSeconds }),
    });

  await t.test(name, async (t) => {
    await t.test('says what it has', async (t) => {
      const found = await signer.doctor(callFor(30_000));
      t.not(found.length, 0);
      t.same(
        found.filter(({ state }) => state === 'missing'),
        [],
      );
    });

    await t.test('adds a signature and nothing else', async (t) => {
      const before = await readFile(rig.executable);
      const signed = await signInto('signed');
      const after = await readFile(signed.path);
      t.same(changesBesidesSignature(before, after), []);
      t.equal(after.length % 8, 0, 'ends at a multiple of 8');
      t.ok(before.equals(await readFile(rig.executable)), 'the executable itself is as it was');
      const { signature, problems, sha256 } = signed.report;
      t.same(problems, []);
      t.match(signature.signer.subject, subject);
      t.match(signature.signer.key, new RegExp(`^${key} `));
      t.equal(signature.known, authorities !== undefined, 'leads to the authority');
      t.match(signature.digest, { algorithm: 'sha256', matches: true });
      t.equal(sha256, signed.sha256);
    });

    await t.test('gives the time it is told, and then the same bytes, as far as it promises', async (t) => {
      const [first, second] = [await signInto('first', 1_700_000_000), await signInto('second', 1_700_000_000)];
      t.ok(first.report.signature.digest.matches && second.report.signature.digest.matches);
      if (!signer.repeatable) return;
      t.equal(first.report.signature.signedAt, '2023-11-14T22:13:20.000Z');
      t.equal(first.report.signature.repeatable, key === 'RSA');
      if (key === 'RSA') t.equal(first.sha256, second.sha256);
      else t.not(first.sha256, second.sha256, 'ECDSA is random');
    });

    await t.test('refuses what is no executable', async (t) => {
      const text = path.join(rig.folder, `${name.replaceAll(/\W/g, '-')}.txt`) as LocalPath;
      await writeFile(text, 'MZ, said the text');
      await t.rejects(rig.sign(config, { signer, executable: text }), { code: 'sign.not-executable' });
    });

    await t.test('ends with its call', async (t) => {
      const reason = new Error('enough');
      await t.rejects(rig.sign(config, { signer, signal: AbortSignal.abort(reason) }), reason);
      t.same(await rig.left(), []);
    });

    await t.test('leaves nothing behind', async (t) => t.same(await rig.workshops(), []));
  });
}

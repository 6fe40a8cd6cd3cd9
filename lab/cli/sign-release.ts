import path from 'node:path';
import type { LocalPath } from '../core/ids.ts';
import type { RunReleaseStep } from '../flow-parts.ts';
import type { BuiltExecutable } from '../steps/build/built-executable.ts';
import type { SignerParts } from '../steps/sign/signer.ts';
import type { ReleaseParts } from './prepare-release.ts';
import type { Project } from './project.ts';

/** Where passwords of signing keys come from, and who has to know them. */
export type SigningParts = Pick<SignerParts, 'environment' | 'masker'>;

/** Signs what was built, as the configuration says. Without a signer in it there is no such step, and what was built is given back as it is. */
export async function signRelease(
  { root: projectRoot, config: { signing, product } }: Project,
  { clock, folders, signing: { environment, masker } }: ReleaseParts,
  workshop: LocalPath,
  built: BuiltExecutable,
  runStep: RunReleaseStep,
): Promise<BuiltExecutable> {
  if (signing === undefined) return built;
  // Most releases of a day are not signed.
  const [{ signerFor }, { signBuilt }, { sourceDateEpoch }] = await Promise.all([
    import('../steps/sign/signers/index.ts'),
    import('../steps/sign/sign-built.ts'),
    import('../steps/sign/sign-executable.ts'),
  ]);
  const signer = signerFor(signing.signer, { projectRoot, folders, environment, masker }, clock);
  if (signer === undefined) return built;
  const signed = await runStep(
    'sign',
    (timed, progress, warn) =>
      signBuilt(
        built,
        {
          projectRoot,
          config: signing,
          signer,
          displayName: product.displayName,
          timeSeconds: signer.repeatable ? sourceDateEpoch(environment) : undefined,
          outputDirectory: path.join(workshop, 'signed') as LocalPath,
          clock,
          onProgress: (what) => progress(what),
          onRefused: ({ code, message }) => warn(code, message),
        },
        timed,
      ),
    ({ lines }) => lines,
  );
  return signed.built;
}

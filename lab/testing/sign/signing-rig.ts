import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import type { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import { type SigningConfig, signingConfig } from '../../core/signing-config.ts';
import { systemClock } from '../../host/clock.ts';
import { type SignedExecutable, signExecutable } from '../../steps/sign/sign-executable.ts';
import type { Signer, SignerParts } from '../../steps/sign/signer.ts';
import { signerFor } from '../../steps/sign/signers/index.ts';
import { callFor } from '../calls.ts';
import { peFile } from '../pe-rig.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { Authority } from './authority.ts';

const LIMIT_MS = 60_000;

export interface SignOptions {
  readonly timeSeconds?: number;
  readonly signer?: Signer;
  readonly executable?: LocalPath;
  readonly outputDirectory?: LocalPath;
  readonly signal?: AbortSignal;
}

/** A folder with an authority, an executable, and everything signers are made with. For tests. */
export class SigningRig {
  readonly folder: LocalPath;
  readonly authority: Authority;
  readonly password = `pa$$ ${randomBytes(9).toString('base64url')} 'ü"`;
  readonly parts: SignerParts;
  readonly executable: LocalPath;
  readonly output: LocalPath;
  readonly refusals: LabError[] = [];

  private constructor(folder: LocalPath, environment: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.authority = new Authority(path.join(folder, 'authority'));
    this.executable = path.join(folder, 'small.exe') as LocalPath;
    this.output = path.join(folder, 'signed') as LocalPath;
    this.parts = {
      projectRoot: folder,
      folders: { cache: path.join(folder, 'cache') as LocalPath, state: path.join(folder, 'state') as LocalPath },
      environment: { PATH: process.env['PATH'], HOME: process.env['HOME'], SIGNING_PASSWORD: this.password, ...environment },
      masker: new Masker(),
    };
  }

  static async make(t: Test, environment: Readonly<Record<string, string>> = {}): Promise<SigningRig> {
    const rig = new SigningRig(await scratchFolder(t), environment);
    // Not a multiple of 8 long: the signature begins after some zeros.
    await writeFile(rig.executable, Buffer.concat([peFile(), Buffer.from('tail!')]));
    return rig;
  }

  signer(config: SigningConfig['signer']): Signer {
    const signer = signerFor(config, this.parts, systemClock);
    if (signer === undefined) throw new Error('nobody is to sign');
    return signer;
  }

  /** Signs with what a configuration file would say. */
  sign(config: unknown, options: SignOptions = {}): Promise<SignedExecutable> {
    const parsed = signingConfig.parse(config);
    const call = callFor(LIMIT_MS);
    return signExecutable(
      {
        executable: options.executable ?? this.executable,
        outputDirectory: options.outputDirectory ?? this.output,
        projectRoot: this.folder,
        config: parsed,
        signer: options.signer ?? this.signer(parsed.signer),
        displayName: 'Small',
        timeSeconds: options.timeSeconds,
        clock: systemClock,
        onProgress: () => {},
        onRefused: (error) => this.refusals.push(error),
      },
      options.signal ? { ...call, signal: AbortSignal.any([call.signal, options.signal]) } : call,
    );
  }

  /** What is in the output folder, temporary folders included. */
  async left(): Promise<readonly string[]> {
    return (await readdir(this.output).catch((): string[] => [])).toSorted();
  }

  /** What is left of what was made on the way. */
  async workshops(): Promise<readonly string[]> {
    return await readdir(path.join(this.parts.folders.cache, 'workshops')).catch((): string[] => []);
  }
}

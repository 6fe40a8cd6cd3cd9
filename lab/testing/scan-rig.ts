import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import { parseConfig } from '../config/load-config.ts';
import type { LocalPath } from '../core/ids.ts';
import type { ScanSubject } from '../core/scan.ts';
import { buildExecutable } from '../steps/build/build-executable.ts';
import { makeBundle } from '../steps/bundle/make-bundle.ts';
import { patientCall, smallBuild } from './build-rig.ts';
import { scratchFolder } from './scratch-folder.ts';

const sources: Readonly<Record<string, string>> = {
  'LICENSES/MIT.txt': 'MIT License\n',
  'schemas/anivault/plan.v1.json': '{}\n',
  'docs/anivault/guide.md': '# Guide\n',
  'CHANGELOG.md': '# Changelog\n',
  'package.json': '{ "name": "small", "version": "1.2.3-beta.4" }',
};

/** A small product, really built and bundled, for scanners to look at. `changes` are files of the project. For tests. */
export async function scanRig(t: Test, changes: Readonly<Record<string, string | Uint8Array | undefined>> = {}): Promise<ScanSubject> {
  const folder = await scratchFolder(t);
  const request = smallBuild(path.join(folder, 'project'), changes);
  for (const [name, content] of Object.entries(sources)) {
    if (name in changes) continue;
    mkdirSync(path.dirname(path.join(request.projectRoot, name)), { recursive: true });
    writeFileSync(path.join(request.projectRoot, name), content);
  }
  const output = path.join(folder, 'output') as LocalPath;
  const built = await buildExecutable({ ...request, outputDirectory: path.join(output, 'build') as LocalPath }, patientCall);
  const { projectRoot, product, version, commit } = request;
  const bundle = await makeBundle({ projectRoot, product, version, commit, built, outputDirectory: output }, patientCall);
  const config = parseConfig(await readFile(new URL('../../lab.config.json', import.meta.url), 'utf8'), 'lab.config.json');
  return {
    projectRoot,
    bundle: bundle.directory,
    manifest: bundle.manifest,
    executable: path.join(bundle.directory, bundle.manifest.product.executable) as LocalPath,
    signed: false,
    config: { ...config, product },
    folders: { cache: path.join(folder, 'cache') as LocalPath, state: path.join(folder, 'state') as LocalPath },
    labVersion: '0.1.0',
    today: '2026-11-21',
  };
}

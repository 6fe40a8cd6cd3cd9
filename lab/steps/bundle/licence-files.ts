import { LabError } from '../../core/error.ts';
import type { Component } from '../build/built-executable.ts';
import { windowsName } from './bundle-path.ts';
import { isLicenceExpression } from './licence-expression.ts';

/** Longest licence text; the longest real ones (a runtime's with all it links in) are below 200 KiB. */
const MOST_TEXT_CHARACTERS = 1 << 20;

interface LicenceFile {
  readonly path: string;
  readonly text: string;
}

/** A component with the files in the bundle that hold its licence texts. */
export interface LicencedComponent {
  readonly component: Component;
  readonly files: readonly LicenceFile[];
}

/**
 * Gives each licence text of each component a file in `LICENSES/`: `<component>-<version>-<file>`, made safe, the same for the same components. A text that two entries of one package share is one file.
 *
 * Throws `bundle.licences-incomplete` that names every component without a known licence or without a text, and says so when there is no
 * runtime among them: an executable without one cannot be.
 */
export function licenceFiles(components: readonly Component[]): readonly LicencedComponent[] {
  const problems = licenceProblems(components);
  if (problems.length > 0)
    throw LabError.of('bundle.licences-incomplete', { problems: problems.map((problem) => `  ${problem}`).join('\n') });
  const taken = new Map<string, LicenceFile>();
  return components.map((component) => ({
    component,
    files: component.licenceTexts.map((licence) => {
      const text = licence.text.endsWith('\n') ? licence.text : `${licence.text}\n`;
      return fileFor(component, licence.fileName, text, taken);
    }),
  }));
}

function licenceProblems(components: readonly Component[]): readonly string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  if (!components.some(({ kind }) => kind === 'runtime')) problems.push('no runtime is listed among the components');
  for (const { kind, name, version, purl, licence, licenceTexts } of components) {
    const who = `${name} ${version}`;
    // One package may be there twice: its JavaScript as a library, its machine code as a native part.
    if (seen.has(`${kind} ${purl}`)) problems.push(`${who}: listed twice (${purl})`);
    seen.add(`${kind} ${purl}`);
    if (!isLicenceExpression(licence)) problems.push(`${who}: ${JSON.stringify(licence.slice(0, 80))} is not a known SPDX licence`);
    if (!licenceTexts.some(({ text }) => text.trim() !== '')) problems.push(`${who}: no licence text`);
    for (const { fileName, text } of licenceTexts) {
      if (text.length > MOST_TEXT_CHARACTERS) problems.push(`${who}: ${fileName} has ${text.length} characters, more than any licence`);
    }
  }
  return problems;
}

/** A file that no other text has; the same text under the same name, as Windows compares names, shares it. */
function fileFor(component: Component, fileName: string, text: string, taken: Map<string, LicenceFile>): LicenceFile {
  const stem = `${safe(component.name)}-${safe(component.version)}-${safe(fileName).replace(/\.txt$/i, '')}`;
  for (let turn = 1; ; turn += 1) {
    // `.txt` so that a double click shows it: files called LICENSE open nothing on Windows.
    const path = `LICENSES/${turn === 1 ? stem : `${stem}-${turn}`}.txt`;
    const there = taken.get(windowsName(path));
    if (there?.text === text) return there;
    if (there !== undefined) continue;
    const file = { path, text };
    taken.set(windowsName(path), file);
    return file;
  }
}

// @scope/name → scope-name; ../x → x; a b → a_b
const safe = (name: string): string =>
  name
    .slice(0, 60)
    .replace(/^[@./\\]+/, '')
    .replaceAll(/[/\\]+/g, '-')
    .replaceAll(/[^A-Za-z0-9._+-]/g, '_') || '_';

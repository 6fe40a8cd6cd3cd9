import { findingIds, findingQuestions, findingSubjects } from '../../winrm/diagnose/finding.ts';
import { allRemedies } from '../../winrm/diagnose/remedies.ts';
import { wantedValues } from '../../winrm/diagnose/wanted-values.ts';
import { knownFaults } from '../../winrm/faults/fault-catalogue.ts';
import { markdownTable } from './markdown.ts';

/** The parts of `docs/guide/winrm.md` that are made from the code, by the name that stands in their marks. */
const parts: Readonly<Record<string, () => string>> = {
  findings: () =>
    markdownTable(
      ['id', 'Shown as', 'Asks'],
      findingIds.map((id) => [`\`${id}\``, findingSubjects[id], findingQuestions[id]]),
    ),
  limits: () =>
    markdownTable(
      ['Limit', 'Windows has', 'The lab wants', 'Below that'],
      wantedValues.map(({ name, usual, least, otherwise }) => [`\`${name}\``, String(usual), `${least} or more`, otherwise]),
    ),
  faults: () =>
    markdownTable(
      ['Code', 'Hexadecimal', 'Windows calls it', 'What to do'],
      knownFaults.map(({ code, name, hint }) => [String(code), hexadecimal(code), `\`${name}\``, hint]),
    ),
  remedies: () =>
    allRemedies()
      .filter(({ commands }) => commands.length > 0)
      .map(({ fix, commands }) => [fix.replaceAll('<', '\\<'), '', '```powershell', ...commands, '```'].join('\n'))
      .join('\n\n'),
};

// 5 is 0x00000005
const hexadecimal = (code: number): string => `\`0x${code.toString(16).toUpperCase().padStart(8, '0')}\``;

/**
 * `docs/guide/winrm.md` with what stands between its marks made anew: `<!-- begin:faults … -->` to `<!-- end:faults -->`. Everything else of it
 * is written by hand. A part without marks is put at the end, where it will be seen.
 */
export function winrmGuide(present: string): string {
  let text = present;
  for (const [name, make] of Object.entries(parts)) {
    const block = `<!-- begin:${name}, made by \`npm run docs\` from lab/winrm -->\n\n${make()}\n\n<!-- end:${name} -->`;
    // <!-- begin:faults, made by … --> … <!-- end:faults -->
    const marked = new RegExp(`<!-- begin:${name}\\b[\\s\\S]*?<!-- end:${name} -->`);
    text = marked.test(text) ? text.replace(marked, () => block) : `${text.trimEnd()}\n\n${block}\n`;
  }
  return text;
}

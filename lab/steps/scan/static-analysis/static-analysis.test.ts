import t from 'tap';
import { patientCall } from '../../../testing/build-rig.ts';
import { scanRig } from '../../../testing/scan-rig.ts';
import { staticAnalysis } from './static-analysis.ts';

t.test('dangerous code is found, by file and line', async (t) => {
  const clean = await staticAnalysis.scan(await scanRig(t), patientCall);
  t.match(clean, { control: { caught: true }, outcome: { kind: 'clean' } });
  t.ok(clean.looked.files >= 3);
  const subject = await scanRig(t, {
    'src/bad/run.ts': "import { exec } from 'node:child_process';\n\nexport const run = (name: string) => exec(`rm ${name}`);\n",
    'src/later.ts': '// oxlint-disable-next-line\nsetTimeout("again()", 10);\n',
    'src/new.ts': '/* eslint-disable */\nexport const made = (text: string) => new Function(text);\n',
    'src/.eslintignore': '*.ts\n',
    'src/.gitignore': '*.ts\n',
    'src/odd.ts': 'export const odd = /(a+)+$/;\n',
    'src/.oxlintrc.json': '{ "rules": { "security/detect-child-process": "off" } }',
  });
  t.match((await staticAnalysis.scan(subject, patientCall)).outcome, {
    kind: 'findings',
    findings: [
      { code: 'static-analysis.security-detect-child-process', severity: 'error', where: { path: 'src/bad/run.ts', line: 3 } },
      { code: 'static-analysis.eslint-no-implied-eval', severity: 'error', where: { path: 'src/later.ts', line: 2 } },
      { code: 'static-analysis.eslint-no-new-func', severity: 'error', where: { path: 'src/new.ts', line: 2 } },
      { code: 'static-analysis.security-detect-unsafe-regex', severity: 'warning', where: { path: 'src/odd.ts', line: 1 } },
    ],
  });
});

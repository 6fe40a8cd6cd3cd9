import { createHash, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import type { ScanFinding, Scanner } from '../../../core/scan.ts';
import { sourcesDigest } from '../scan-digests.ts';
import { scanFindingOf } from '../scan-finding.ts';
import { type ScannedText, scannedTexts } from '../scan-files.ts';

const PRESET = '@secretlint/secretlint-rule-preset-recommend';
const FIX =
  'Take it out of the file and of the history, and replace it where it is used: it is known now. One that protects nothing can be accepted by its fingerprint in policy.scans.suppressions.';
const MOST_MESSAGE = 200;

/** Looks for keys and tokens in everything that ships and everything it is made of. */
export const secrets: Scanner = {
  id: 'secrets',
  title: 'Secrets',
  question: 'Is there a key, a password or a token in the sources or in what ships?',
  basis: async ({ projectRoot, manifest }, call) => ({ manifest, sources: await sourcesDigest(projectRoot, call) }),
  scan: async (subject, call) => {
    const caught = (await secretsIn(plantedKey())).length > 0;
    const findings: ScanFinding[] = [];
    let files = 0;
    let bytes = 0;
    for await (const text of scannedTexts(subject, call)) {
      call.signal.throwIfAborted();
      findings.push(...(await secretsIn(text)));
      files += 1;
      bytes += text.sizeBytes;
    }
    const [first, ...more] = findings;
    return {
      tool: { name: 'secretlint', version: versionOf('@secretlint/core') },
      control: { what: 'a private key made for the purpose', caught },
      looked: { files, bytes },
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    };
  },
};

/** What secretlint finds in a text. The secret itself is in no finding: its digest tells one from another. */
export async function secretsIn({ path, content }: Pick<ScannedText, 'path' | 'content'>): Promise<readonly ScanFinding[]> {
  // Loaded when something is looked at, which is seldom: most answers were given before.
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ]);
  const { messages } = await lintSource({
    source: { filePath: path, content, contentType: 'text', ext: path.slice(path.lastIndexOf('.')) },
    options: { maskSecrets: true, noPhysicFilePath: true, config: { rules: [{ id: PRESET, rule: creator, options: {} }] } },
  });
  return messages.map(({ ruleId, messageId, message, range, loc }) => {
    // @secretlint/secretlint-rule-privatekey → privatekey
    const rule = ruleId.replace(/^.*secretlint-rule-/, '');
    const secret = createHash('sha256')
      .update(content.slice(...range))
      .digest('hex');
    const said = message.replaceAll(/\*{3,}/g, '***').slice(0, MOST_MESSAGE);
    return scanFindingOf(`secrets.${rule}`, 'error', said, FIX, { path, line: loc.start.line }, `${messageId} ${secret}`);
  });
}

/** Something that has to be found: a key as real ones are, and nobody's. */
function plantedKey(): Pick<ScannedText, 'path' | 'content'> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { path: 'planted.txt', content: `Dear diary,\n${privateKey}\n` };
}

const versionOf = (name: string): string => (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;

import { z } from 'zod';
import { sha256Schema } from '../../core/bundle.ts';
import { LabError } from '../../core/error.ts';
import type { VagrantMessage } from './machine-readable.ts';

const scalar = z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]);

const report = z.strictObject({
  format: z.literal(1),
  script: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** What was found otherwise than wanted, and is now as it should be, or is not. */
  changes: z
    .array(
      z.strictObject({ what: z.string().min(1).max(500), before: scalar, after: scalar, done: z.boolean(), reason: z.string().max(2000) }),
    )
    .max(200),
  restartNeeded: z.boolean(),
  certificateSha256: sha256Schema.nullable(),
});

/** What one script of `vagrant/provision` says it did. */
export type ProvisionReport = z.infer<typeof report>;

/** Longest report, in characters of base64. */
const MOST_CHARACTERS = 200_000;

// anivault-lab-report:winrm-https:3/17:eyJmb3JtYXQiOjEs
const PIECE = /^anivault-lab-report:([a-z0-9-]{1,40}):(\d{1,5})\/(\d{1,5}):([A-Za-z0-9+/=]{1,200})\s*$/;

/**
 * Finds the reports in what `vagrant up` said of a machine. They travel as base64 in short numbered lines: Vagrant does not escape backslashes, and
 * PowerShell breaks long lines. Throws `vagrant.report-invalid` on one that is incomplete or says what no script of ours can say.
 */
export function provisionReports(machine: string, messages: readonly VagrantMessage[]): readonly ProvisionReport[] {
  const collected = new Map<string, { readonly pieces: Map<number, string>; readonly total: number; characters: number }>();
  const invalid = (script: string, problem: string): LabError => LabError.of('vagrant.report-invalid', { machine, script, problem });
  for (const message of messages) {
    if (message.kind !== 'ui' || message.machine !== machine) continue;
    for (const line of message.text.split('\n')) {
      const [, script = '', number = '', total = '', text = ''] = PIECE.exec(line.trim()) ?? [];
      if (script === '') continue;
      const entry = collected.get(script) ?? { pieces: new Map<number, string>(), total: Number(total), characters: 0 };
      collected.set(script, entry);
      entry.characters += text.length;
      if (entry.total !== Number(total) || entry.characters > MOST_CHARACTERS) throw invalid(script, 'its parts do not belong together');
      entry.pieces.set(Number(number), text);
    }
  }
  return [...collected].map(([script, { pieces, total }]) => {
    const parts = Array.from({ length: total }, (_, index) => pieces.get(index + 1));
    if (parts.includes(undefined)) throw invalid(script, `only ${pieces.size} of ${total} parts arrived`);
    const parsed = report.safeParse(parseJson(Buffer.from(parts.join(''), 'base64').toString('utf8')));
    if (!parsed.success) throw invalid(script, parsed.error.issues.map((issue) => `${issue.path.join('/')}: ${issue.message}`).join('; '));
    if (parsed.data.script !== script) throw invalid(script, `it calls itself ${parsed.data.script}`);
    return parsed.data;
  });
}

function parseJson(text: string): unknown {
  try {
    // Windows PowerShell may put a byte order mark before UTF-8.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/** Everything that can be wrong with a run folder, as one sentence each. `{file}` and `{more}` are blanks. */
const sentences = {
  'seal-missing': 'There is no seal: {file} is missing',
  'seal-invalid': 'The seal cannot be read: {more}',
  'seal-not-canonical': 'The bytes of {file} are not the ones the lab writes',
  'key-mismatch': 'The key in {file} is not the one it names',
  'key-untrusted': 'The seal is by key {more}, which is not trusted here',
  'signature-invalid': 'The signature does not fit what is sealed',
  'claims-differ': 'The seal and {file} do not say the same of {more}',
  'file-missing': '{file} is missing',
  'file-changed': '{file} has changed since it was sealed',
  'file-extra': '{file} was not there when the run was sealed',
  'file-not-plain': '{file} is a {more}, not a plain file',
  'file-unreadable': '{file} cannot be read: {more}',
  'content-invalid': '{more}',
  'journal-broken': 'The chain of {file} is broken at line {more}',
  'journal-torn': 'The last line of {file} was never finished',
  'plan-differs': '{file} is not the plan that the journal speaks of',
  'plan-unspoken': 'The journal does not speak of {file}',
  'record-differs': '{file} is not what the plan and the journal give',
  'evidence-missing': 'The evidence {file} of {more} is missing',
  'evidence-changed': '{file} does not hold what its name says ({more})',
  'facts-invalid': 'The facts {file} are not valid: {more}',
} as const;

export type RunProblemCode = keyof typeof sentences;

/** One thing that is wrong with a run folder. */
export interface RunProblem {
  readonly code: RunProblemCode;
  /** Relative to the run folder. */
  readonly file?: string;
  readonly message: string;
}

/** Names what is wrong. */
export function runProblem(code: RunProblemCode, file?: string, more = ''): RunProblem {
  const message = sentences[code].replace('{file}', () => file ?? '').replace('{more}', () => more);
  return { code, ...(file === undefined ? {} : { file }), message };
}

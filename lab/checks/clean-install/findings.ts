import type { Finding } from '../../core/outcome.ts';
import { countDifferences } from './compare-trees.ts';
import type { Sampled, TreeDifference } from './facts.ts';

/** A fault of the product. */
export const fault = (code: string, message: string, fix: string): Finding => ({
  code: `clean-install.${code}`,
  severity: 'error',
  message,
  fix,
});

export const when = (isFault: boolean, code: string, message: string, fix: string): readonly Finding[] =>
  isFault ? [fault(code, message, fix)] : [];

/** One finding when there is anything in `items`, with the first of them. */
export const none = ({ count, first }: Sampled, code: string, message: string, fix: string): readonly Finding[] =>
  when(count > 0, code, `${message} (${count}): ${first.slice(0, 3).join('; ')}`, fix);

/** A finding when a folder is not as it should be. */
export function unchanged(difference: TreeDifference, code: string, message: string, fix: string): readonly Finding[] {
  const { missing, extra, changed } = difference;
  const examples = [
    ...missing.first.map((path) => `missing ${path}`),
    ...changed.first.map((path) => `changed ${path}`),
    ...extra.first.map((path) => `extra ${path}`),
  ];
  return when(
    countDifferences(difference) > 0,
    code,
    `${message}: ${missing.count} missing, ${changed.count} changed, ${extra.count} extra (${examples.slice(0, 3).join('; ')})`,
    fix,
  );
}

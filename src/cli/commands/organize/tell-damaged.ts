import type { Emit } from '../../context.ts';

/** Tells which lines of the journal nothing can be made of. */
export async function tellDamaged(lines: readonly number[], emit: Emit): Promise<void> {
  for (const line of lines) await emit({ type: 'problem', ...damagedLine(line) });
}

export const damagedLine = (line: number): { readonly code: string; readonly message: string } => ({
  code: 'journal-line-damaged',
  message: `Line ${line} of the journal is damaged; it is left out`,
});

/**
 * How far what is learnt on a guest can be trusted to hold on Windows. A property of the guest that every cell, record and page carries.
 *
 * `windows`: a real Windows kernel. `emulated`: Wine; a rehearsal. `simulated`: no guest at all; tests the lab itself.
 */
export type Assurance = (typeof assurances)[number];

export const assurances = ['windows', 'emulated', 'simulated'] as const;

/** The weaker of two: a run is worth what its weakest guest is worth. */
export const weakest = (values: readonly Assurance[]): Assurance | undefined =>
  assurances.toReversed().find((assurance) => values.includes(assurance));

/** What a reader must be told wherever results of this assurance stand. */
export const assuranceLabel: Readonly<Record<Assurance, string>> = {
  windows: 'Windows',
  emulated: 'emulated, not Windows',
  simulated: 'simulated, not Windows',
};

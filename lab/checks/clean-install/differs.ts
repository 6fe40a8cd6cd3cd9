/** One line where a summary and the events before it do not say the same number. */
export const differs = (what: string, said: number | undefined, counted: number): readonly string[] =>
  said === counted ? [] : [`the summary says ${what}: ${said}, the events are ${counted}`];

import type { Bench } from './bench-definition.ts';
export const winrmSmallFiles: Bench = {
  name: 'winrm-small-files',
  family: 'winrm',
  title: '',
  about: '',
  onlyByName: true,
  measure: async () => [],
};

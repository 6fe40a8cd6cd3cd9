import type { Bench } from './bench-definition.ts';
export const winrmSealing: Bench = {
  name: 'winrm-sealing',
  family: 'winrm',
  title: '',
  about: '',
  onlyByName: true,
  measure: async () => [],
};

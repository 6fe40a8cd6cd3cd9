import type { Bench } from './bench-definition.ts';
export const winrmCommands: Bench = {
  name: 'winrm-commands',
  family: 'winrm',
  title: '',
  about: '',
  onlyByName: true,
  measure: async () => [],
};

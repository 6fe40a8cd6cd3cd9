import type { LabConfig } from '../../core/config.ts';
import type { Folders } from '../../host/folders.ts';

/** What scanners are made with. */
export interface ScanSettings {
  readonly config: LabConfig;
  readonly folders: Folders;
  readonly labVersion: string;
  /** Whether the executable was signed. */
  readonly signed: boolean;
}

/** The tool of scanners that are the lab's own. */
export const ownTool = ({ labVersion }: ScanSettings): { readonly name: string; readonly version: string } => ({
  name: 'AniVault Lab',
  version: labVersion,
});

/** The tool of scanners that are the lab's own. */
export const ownTool = (labVersion: string): { readonly name: string; readonly version: string } => ({
  name: 'AniVault Lab',
  version: labVersion,
});

import path from 'node:path';

/**
 * The full path of the library with this file name that the operating system has loaded into this process, or `undefined`: evidence of a load that
 * does not rest on the program's own word.
 */
export function loadedLibrary(fileName: string): string | undefined {
  // Without this the report asks for the names of network peers, which can take seconds.
  process.report.excludeNetwork = true;
  const { sharedObjects } = process.report.getReport() as { readonly sharedObjects?: readonly string[] };
  return sharedObjects?.find((file) => path.basename(file).toLowerCase() === fileName.toLowerCase());
}

import { setRegistryValues } from './registry-file.ts';

/** Windows releases by build; what `DisplayVersion` says on them. */
const displayVersions: Readonly<Record<number, string>> = {
  19041: '2004',
  19042: '20H2',
  19043: '21H1',
  19044: '21H2',
  19045: '22H2',
  22000: '21H2',
  22621: '22H2',
  22631: '23H2',
  26100: '24H2',
  26200: '25H2',
};

// The 32-bit view has no such key: this Wine runs 64-bit programs only.
const KEY = 'Software\\Microsoft\\Windows NT\\CurrentVersion';

/** As `ver` and the Windows API report it: `10.0.19045`. */
export const osVersionOf = (build: number): string => `10.0.${build}`;

/** Makes a `system.reg` say that the machine runs this build. A real Windows 11 calls itself Windows 10 under `ProductName` too. */
export function asBuild(systemRegistry: string, build: number): string {
  return setRegistryValues(systemRegistry, KEY, {
    CurrentBuild: String(build),
    CurrentBuildNumber: String(build),
    CurrentMajorVersionNumber: 10,
    CurrentMinorVersionNumber: 0,
    CurrentVersion: '6.3',
    ProductName: 'Windows 10 Pro',
    DisplayVersion: displayVersions[build],
  });
}

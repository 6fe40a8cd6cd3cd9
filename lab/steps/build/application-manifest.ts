/** Windows 10 and 11: both say this identifier. */
const WINDOWS_10_AND_11 = '{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}';

/**
 * The application manifest of the executable: runs with the rights of whoever starts it, takes paths longer than 260 characters, and has UTF-8 as its
 * code page. https://learn.microsoft.com/windows/win32/sbscs/application-manifests
 */
export const applicationManifest = (name: string, version: string): string => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <assemblyIdentity type="win32" name="${name}" version="${fourParts(version).join('.')}" processorArchitecture="amd64"/>
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges>
        <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
      </requestedPrivileges>
    </security>
  </trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application>
      <supportedOS Id="${WINDOWS_10_AND_11}"/>
    </application>
  </compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
      <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
    </windowsSettings>
  </application>
</assembly>
`;

export type FourParts = readonly [number, number, number, number];

// 1.2.3 · 1.2.3-beta.4+build.5
const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/;
const MOST_PART = 65_535;

/** The four numbers that Windows wants for a version: those of `1.2.3-beta.4` are 1, 2, 3, 0. Throws `RangeError` for anything else. */
export function fourParts(version: string): FourParts {
  const parts = VERSION.exec(version)?.slice(1, 4).map(Number) ?? [];
  const [major, minor, patch] = parts;
  if (major === undefined || minor === undefined || patch === undefined || parts.some((part) => part > MOST_PART)) {
    throw new RangeError(`not a version of three numbers up to ${MOST_PART}: ${version}`);
  }
  return [major, minor, patch, 0];
}

/**
 * Libraries that every desktop installation of Windows has in System32 from the given build on; 10240 is the first Windows 10. Whatever an executable
 * needs beside these has to be brought along. `api-ms-win-*` are no files but names that the loader knows.
 */
export const inBoxLibraries: ReadonlyMap<string, number> = new Map([
  ...[
    'advapi32.dll',
    'authz.dll',
    'avrt.dll',
    'bcrypt.dll',
    'bcryptprimitives.dll',
    'cabinet.dll',
    'cfgmgr32.dll',
    'clbcatq.dll',
    'comctl32.dll',
    'comdlg32.dll',
    'credui.dll',
    'crypt32.dll',
    'cryptbase.dll',
    'cryptnet.dll',
    'cryptsp.dll',
    'd2d1.dll',
    'd3d11.dll',
    'dbgcore.dll',
    'dbghelp.dll',
    'dnsapi.dll',
    'dwmapi.dll',
    'dwrite.dll',
    'dxgi.dll',
    'esent.dll',
    'fwpuclnt.dll',
    'gdi32.dll',
    'gdiplus.dll',
    'hid.dll',
    'httpapi.dll',
    'imagehlp.dll',
    'imm32.dll',
    'iphlpapi.dll',
    'kernel32.dll',
    'kernelbase.dll',
    'ktmw32.dll',
    'mpr.dll',
    'msasn1.dll',
    'mscoree.dll',
    'msi.dll',
    'mswsock.dll',
    'msvcrt.dll',
    'ncrypt.dll',
    'netapi32.dll',
    'normaliz.dll',
    'ntdll.dll',
    'ntdsapi.dll',
    'ole32.dll',
    'oleacc.dll',
    'oleaut32.dll',
    'pdh.dll',
    'powrprof.dll',
    'propsys.dll',
    'psapi.dll',
    'rpcrt4.dll',
    'rstrtmgr.dll',
    'sechost.dll',
    'secur32.dll',
    'setupapi.dll',
    'shcore.dll',
    'shell32.dll',
    'shlwapi.dll',
    'sspicli.dll',
    'ucrtbase.dll',
    'urlmon.dll',
    'user32.dll',
    'userenv.dll',
    'usp10.dll',
    'uxtheme.dll',
    'version.dll',
    'virtdisk.dll',
    'wevtapi.dll',
    'winhttp.dll',
    'wininet.dll',
    'winmm.dll',
    'winspool.drv',
    'wintrust.dll',
    'wldap32.dll',
    'ws2_32.dll',
    'wsock32.dll',
    'wtsapi32.dll',
    'xmllite.dll',
  ].map((name) => [name, 10_240] as const),
  // ICU came as two libraries with Windows 10 1703 and as one with 1903 (learn.microsoft.com/windows/win32/intl/international-components-for-unicode--icu-).
  ['icuuc.dll', 15_063],
  ['icuin.dll', 15_063],
  ['icu.dll', 18_362],
]);

// The Universal C Runtime is part of Windows 10; its sets: api-ms-win-crt-runtime-l1-1-0.dll
const C_RUNTIME_SET =
  /^api-ms-win-crt-(?:conio|convert|environment|filesystem|heap|locale|math|multibyte|private|process|runtime|stdio|string|time|utility)-l1-1-0\.dll$/;
// Sets of Windows 8 and 8.1, which every Windows 10 knows: api-ms-win-core-synch-l1-2-0.dll
const CORE_SET =
  /^api-ms-win-core-(?:com|console|datetime|debug|delayload|errorhandling|fibers|file|handle|heap|interlocked|io|libraryloader|localization|memory|namedpipe|path|processenvironment|processthreads|profile|realtime|registry|rtlsupport|string|synch|sysinfo|threadpool|timezone|url|util|version|winrt|winrt-error|winrt-string|winrt-robuffer)-l1-[12]-0\.dll$/;

/** The first Windows build that brings a library, `undefined` for one that none does. */
export function firstBuildWith(library: string): number | undefined {
  const name = library.toLowerCase();
  return inBoxLibraries.get(name) ?? (C_RUNTIME_SET.test(name) || CORE_SET.test(name) ? 10_240 : undefined);
}

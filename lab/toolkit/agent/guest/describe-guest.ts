import os from 'node:os';
import path from 'node:path';
import { emulatorVersion } from './emulator-version.ts';
import { onWindows, toGuest } from './guest-path.ts';
import type { GuestDescription } from '../../../core/toolkit.ts';

type Description = Omit<GuestDescription, 'temporaryDirectory' | 'userProfile' | 'localAppData'> &
  Record<'temporaryDirectory' | 'userProfile' | 'localAppData', string>;

/**
 * What the guest says of itself. The product name is what libuv's `uv_os_uname` reads from the registry (`ProductName` below
 * `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`, with the 10 that Windows 11 still has there put right).
 */
export function describeGuest(): Description {
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const emulator = emulatorVersion();
  // Windows sets these for every logon; the names after them are where it puts them.
  const userProfile = folder('USERPROFILE', onWindows ? os.homedir() : 'C:\\Users\\test');
  const localAppData = folder('LOCALAPPDATA', `${userProfile}\\AppData\\Local`);
  return {
    osVersion: os.release(),
    productName: os.version(),
    architecture: os.arch(),
    locale,
    timeZone,
    logicalProcessors: Math.max(os.cpus().length, os.availableParallelism()),
    memoryBytes: os.totalmem(),
    user: os.userInfo().username,
    hostName: os.hostname(),
    temporaryDirectory: onWindows ? os.tmpdir() : `${localAppData}\\Temp`,
    userProfile,
    localAppData,
    networkInterfaces: Object.keys(os.networkInterfaces()),
    ...(emulator === undefined ? {} : { emulator }),
  };
}

function folder(variable: string, otherwise: string): string {
  const value = process.env[variable];
  return onWindows && value && path.isAbsolute(value) ? toGuest(value) : otherwise;
}

import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import { type DebianTool, debianTool } from '../../../host/debian/debian-tool.ts';
import { exec } from '../../../host/exec.ts';
import type { Folders } from '../../../host/folders.ts';

/** Its libraries (OpenSSL 3, zlib) are on every Debian since 12; they are not brought along. */
const debian: DebianTool = { name: 'osslsigncode', suite: 'trixie', packages: ['osslsigncode'], program: 'usr/bin/osslsigncode' };

/** osslsigncode and what this version of it can do. */
export interface OsslsigncodeTool {
  readonly program: string;
  /** `2.9` */
  readonly version: string;
  /** Whether it reads a password from its standard input: versions before 2.6 need a file. */
  readonly readsInput: boolean;
  /** Whether it can give time stamps itself (`-TSA-certs`), for tests. */
  readonly givesTimestamps: boolean;
  /** Options of `verify` that keep it from looking for what is not there. */
  readonly ignores: readonly string[];
  /** The option of `verify` that passes over a time stamp. */
  readonly ignoresTimestamp: readonly string[];
}

// osslsigncode 2.9, using:
const VERSION = /^osslsigncode (\d[\w.]*)/m;

/** Finds osslsigncode on the path, else fetches Debian's. Throws `sign.no-tool`. */
export async function findOsslsigncode(folders: Folders, call: Call): Promise<OsslsigncodeTool> {
  const installed = await describeTool('osslsigncode', call);
  if (installed) return installed;
  try {
    const { program } = await debianTool(folders, debian, call);
    const fetched = await describeTool(program, call);
    if (fetched) return fetched;
    throw new Error('the one of Debian does not run on this machine');
  } catch (error) {
    if (call.signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw LabError.of('sign.no-tool', { tool: 'osslsigncode', reason }, { cause: error });
  }
}

/** Asks the program itself: its options differ between versions. `undefined` when it does not run. */
export async function describeTool(program: string, call: Call): Promise<OsslsigncodeTool | undefined> {
  const ask = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await exec(program, args, call);
    return `${stdout}\n${stderr}`;
  };
  try {
    const version = VERSION.exec(await ask('--version'))?.[1];
    if (version === undefined) return undefined;
    const [sign, verify] = [await ask('sign', '--help'), await ask('verify', '--help')];
    return {
      program,
      version,
      readsInput: sign.includes('"-" with readpass'),
      givesTimestamps: sign.includes('-TSA-certs'),
      ignores: ['-ignore-cdp', '-ignore-crl'].filter((option) => verify.includes(option)),
      ignoresTimestamp: ['-ignore-timestamp'].filter((option) => verify.includes(option)),
    };
  } catch (error) {
    if (call.signal.aborted) throw error;
    return undefined;
  }
}

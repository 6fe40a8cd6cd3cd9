import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import type { Diagnosis } from '../../../core/guest.ts';
import { exists } from '../../../host/files.ts';
import { openPlainFile } from '../../../host/plain-file.ts';
import type { OsslsigncodeKey } from './osslsigncode.ts';
import type { OsslsigncodeTool } from './osslsigncode-tool.ts';

/** Where Debian and its kin put the engine. */
const enginePlaces = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((triplet) => `/usr/lib/${triplet}/engines-3/pkcs11.so`)
  .concat('/usr/lib64/engines-3/pkcs11.so', '/usr/lib/engines-3/pkcs11.so');

/** Where OpenSSL finds the engine for PKCS #11 by itself. Throws `sign.no-engine`. */
export async function findEngine(): Promise<string> {
  for (const place of enginePlaces) if (await exists(place)) return place;
  throw LabError.of('sign.no-engine', { places: enginePlaces.join(', ') });
}

/** Whether the tool is there, and which. */
export async function diagnoseTool(findTool: (call: Call) => Promise<OsslsigncodeTool>, call: Call): Promise<Diagnosis> {
  const subject = 'osslsigncode';
  try {
    const { version, program } = await findTool(call);
    return { subject, state: 'ok', message: `${version}, ${program}` };
  } catch (error) {
    if (call.signal.aborted || !(error instanceof LabError)) throw error;
    return { subject, state: 'missing', message: error.message, hint: error.hint };
  }
}

/** Whether everything that leads to the key is there, and who else can read it. */
export async function diagnoseKey(key: OsslsigncodeKey, at: (file: string) => string): Promise<readonly Diagnosis[]> {
  const files: readonly (readonly [subject: string, file: string | undefined])[] = (() => {
    switch (key.kind) {
      case 'pfx':
        return [['key and certificate', at(key.file)]] as const;
      case 'pem':
        return [
          ['key', at(key.key)],
          ['certificate', at(key.certificate)],
        ] as const;
      case 'pkcs11':
        return [
          ['PKCS #11 module', at(key.module)],
          ['certificate', key.certificate && at(key.certificate)],
        ] as const;
      case 'engine':
        return [
          ['engine', at(key.engine)],
          ['certificate', at(key.certificate)],
        ] as const;
    }
  })();
  const found = await Promise.all(
    files.map(async ([subject, file]): Promise<readonly Diagnosis[]> => (file === undefined ? [] : [await diagnoseFile(subject, file)])),
  );
  return [...found.flat(), ...(key.kind === 'pkcs11' ? [await diagnoseEngine(key.engine)] : [])];
}

async function diagnoseFile(subject: string, file: string): Promise<Diagnosis> {
  // What stands under the name of a library may be a link to one of its versions.
  if (subject === 'PKCS #11 module' || subject === 'engine')
    return (await exists(file))
      ? { subject, state: 'ok', message: file }
      : { subject, state: 'missing', message: `${file} is not there`, hint: 'Install it, or correct `signing.signer` in lab.config.json.' };
  try {
    await using handle = await openPlainFile(file);
    const { mode } = await handle.stat();
    if (subject !== 'certificate' && (mode & 0o077) !== 0)
      return { subject, state: 'warning', message: `other users of this machine can read ${file}`, hint: `chmod 600 ${file}` };
    return { subject, state: 'ok', message: file };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { subject, state: 'missing', message: error.message, hint: error.hint };
  }
}

async function diagnoseEngine(named: string | undefined): Promise<Diagnosis> {
  const subject = 'PKCS #11 engine';
  try {
    return { subject, state: 'ok', message: named ?? (await findEngine()) };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { subject, state: 'missing', message: error.message, hint: error.hint };
  }
}

import { parentPort, workerData } from 'node:worker_threads';
import { SessionSecurity } from '../../winrm/ntlm/session-security.ts';

// Seals what it is sent, in order, and sends it back; buffers change hands and are not copied.

const session = new SessionSecurity('client', workerData as Uint8Array);

parentPort?.on('message', (bytes: Uint8Array<ArrayBuffer>) => {
  const signature = session.seal(bytes);
  parentPort?.postMessage({ bytes, signature }, [bytes.buffer]);
});

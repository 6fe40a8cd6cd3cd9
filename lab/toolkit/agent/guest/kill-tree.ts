import { type ChildProcess, execFile } from 'node:child_process';
import { onWindows } from './guest-path.ts';

/** `taskkill` that hangs must not keep the program alive. */
const TASKKILL_MS = 3000;

/** Ends a program and everything it started. */
export async function killTree(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (onWindows) {
    const taskkill = `${process.env['SystemRoot'] ?? 'C:\\windows'}\\System32\\taskkill.exe`;
    await new Promise<void>((resolve) => {
      execFile(taskkill, ['/PID', String(pid), '/T', '/F'], { timeout: TASKKILL_MS, windowsHide: true }, () => resolve());
    });
  } else {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
  child.kill('SIGKILL');
}

/**
 * Off Windows, where programs run in a process group of their own, ends `child` with this tool when it is told to stop. Returns what takes that back.
 * On Windows libuv keeps children in a job that ends with the tool.
 */
export function endWithThisTool(child: ChildProcess): () => void {
  if (onWindows) return () => {};
  const end = (): void => {
    void killTree(child);
    // The listener is gone: this time it ends the tool.
    process.kill(process.pid, 'SIGTERM');
  };
  process.once('SIGTERM', end);
  return () => void process.off('SIGTERM', end);
}

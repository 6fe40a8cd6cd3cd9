/** A stopwatch for a command: how long it took, and how large the process became. */
export function startFigures(): () => { readonly durationMs: number; readonly peakMemoryBytes: number } {
  const start = performance.now();
  return () => ({
    durationMs: Math.round((performance.now() - start) * 1000) / 1000,
    // Node reports KiB on every platform; on Windows it is the peak working set.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  });
}

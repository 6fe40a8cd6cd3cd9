/** Quantities as people read them. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
export const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;

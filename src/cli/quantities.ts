const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Quantities as people read them. */
// 1234567 → 1,234,567. Node's own formatting of numbers would cost each command 6 ms for its tables.
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
export const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;

/** An amount of data in the largest unit of which there is at least one. */
export function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 2 ** (power * 10)).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** A time as clocks show it: `0:07`, `12:34`, `1:02:03`. */
export function duration(ms: number): string {
  const total = Math.round(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, String(total % 60).padStart(2, '0')];
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

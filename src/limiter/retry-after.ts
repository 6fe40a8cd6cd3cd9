// 120
const SECONDS = /^\d{1,9}$/;
// Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
const HTTP_DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/**
 * How long an answer asks to wait, in milliseconds from its arrival; `undefined` when it does not say so in a way that RFC 9110 (10.2.3) knows.
 *
 * `Retry-After` is a number of seconds or a date. A date is compared with the answer's own `Date`, so that a wrong clock on this machine changes
 * nothing; only without a `Date` it is compared with `now` (milliseconds since 1970). Never negative.
 */
export function retryAfterMs(retryAfter: string | null, date: string | null, now: number): number | undefined {
  const text = retryAfter?.trim() ?? '';
  if (SECONDS.test(text)) return Number(text) * 1000;
  const until = httpDate(text);
  if (until === undefined) return undefined;
  return Math.max(0, until - (httpDate(date?.trim() ?? '') ?? now));
}

function httpDate(text: string): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined;
  // The oldest form names no zone, and is in GMT all the same (RFC 9110, 5.6.7).
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

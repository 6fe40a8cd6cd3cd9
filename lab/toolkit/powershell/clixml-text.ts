// <S S="Error">it failed_x000D__x000A_</S>
const ERRORS = /<S S="Error">([^<]*)<\/S>/g;
// _x000D_
const ESCAPED = /_x([0-9A-Fa-f]{4})_/g;
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };

/**
 * What PowerShell wrote on standard error, as text. To a host that is another program it writes XML (MS-PSRP 2.2.5), in which progress stands beside
 * errors; only errors are of interest. Anything else passes as it is.
 */
export function clixmlText(text: string): string {
  const start = text.indexOf('#< CLIXML');
  if (start < 0) return text;
  const errors = [...text.matchAll(ERRORS)].map(([, inner = '']) =>
    inner
      .replaceAll(ESCAPED, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
      .replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity),
  );
  return text.slice(0, start) + errors.join('');
}

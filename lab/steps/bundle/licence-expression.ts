import { SPDX } from '@cyclonedx/cyclonedx-library';

/** Brackets nest by recursion, so the text of a stranger is bounded. */
const MOST_CHARACTERS = 1000;

// MIT  GPL-2.0+  LicenseRef-node  AND  (
const TOKEN = /\s*([()]|[A-Za-z0-9.:+-]+)/y;
// LicenseRef-Own  DocumentRef-x:LicenseRef-Own
const REFERENCE = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/;
// Classpath-exception-2.0
const EXCEPTION = /^[A-Za-z0-9.-]+$/;

/**
 * Whether a text is a licence expression whose licences are all known (SPDX 2.3, annex D): listed identifiers or references of one's own, joined by
 * `AND`, `OR`, `WITH` and brackets. `NONE`, `NOASSERTION` and `UNLICENSED` say nothing and are not.
 */
export function isLicenceExpression(text: string): boolean {
  const tokens = tokensOf(text);
  if (tokens === undefined) return false;
  let at = 0;
  const operand = (): boolean => {
    const token = tokens[at++];
    if (token === '(') return sequence() && tokens[at++] === ')';
    if (token === undefined || !isKnown(token)) return false;
    if (tokens[at] !== 'WITH') return true;
    at += 2;
    const exception = tokens[at - 1];
    return exception !== undefined && EXCEPTION.test(exception);
  };
  const sequence = (): boolean => {
    for (;;) {
      if (!operand()) return false;
      if (tokens[at] !== 'AND' && tokens[at] !== 'OR') return true;
      at += 1;
    }
  };
  return sequence() && at === tokens.length;
}

function tokensOf(text: string): readonly string[] | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const trimmed = text.trim();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const found = TOKEN.exec(trimmed)?.[1];
    if (found === undefined) return undefined;
    tokens.push(found);
  }
  return tokens;
}

const isKnown = (name: string): boolean => SPDX.isSupportedSpdxId(name.replace(/\+$/, '')) || REFERENCE.test(name);

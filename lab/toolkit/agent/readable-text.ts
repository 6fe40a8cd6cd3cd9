/** What a guest said, for a person to read: at most `most` characters, and nothing that could steer a terminal or break a line. */
export const readableText = (text: string, most: number): string =>
  text
    .slice(0, 4 * most)
    // \u001b[31m, \r\n, a right-to-left override
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, most);

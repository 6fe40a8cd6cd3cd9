const MOST_CHARACTERS = 500;

/** Text of the guest's on one line, short and without control characters. */
export const guestWords = (text: string): string =>
  text
    // "a\r\nb"
    // oxlint-disable-next-line no-control-regex -- they are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, MOST_CHARACTERS);

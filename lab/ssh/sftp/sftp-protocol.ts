/** Numbers of the SSH File Transfer Protocol, version 3 (draft-ietf-secsh-filexfer-02). */

export const SFTP_VERSION = 3;

/** Section 3. */
export const packetTypes = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attributes: 105,
  extended: 200,
  extendedReply: 201,
} as const;

/** Section 7. */
export const statusCodes = {
  ok: 0,
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;
export type StatusCode = (typeof statusCodes)[keyof typeof statusCodes];

/** Section 6.3. */
export const openFlags = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

/** Section 5. */
export const attributeFlags = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x8000_0000 } as const;

/** Extensions that are offered and used: of OpenSSH's PROTOCOL file, and one that computes digests at the far end. */
export const extensions = {
  posixRename: 'posix-rename@openssh.com',
  fsync: 'fsync@openssh.com',
  limits: 'limits@openssh.com',
  /** draft-ietf-secsh-filexfer-extensions-00, section 3. */
  checkFile: 'check-file-name',
} as const;

/** Most bytes of one read or write; OpenSSH's own server takes as many. */
export const MOST_DATA_BYTES = 255 << 10;
/** Longest packet taken, its length not counted. */
export const MOST_PACKET_BYTES = 256 << 10;
/** Files and folders one client may have open. */
export const MOST_HANDLES = 128;

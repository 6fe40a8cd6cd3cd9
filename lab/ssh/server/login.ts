import { createHash, timingSafeEqual } from 'node:crypto';
import ssh2, { type AuthContext, type ParsedKey } from 'ssh2';
import type { Secret } from '../../core/secret.ts';

/** Who may log in, and how: at least one of the two. */
export interface SshUser {
  /** Compared without regard to case, as Windows does. */
  readonly name: string;
  readonly password?: Secret;
  /** Public keys in OpenSSH's form: `ssh-ed25519 AAAA…`. */
  readonly authorizedKeys?: readonly string[];
}

export const loginMethods = ['publickey', 'password', 'keyboard-interactive'] as const;
export type LoginMethod = (typeof loginMethods)[number];

/** Tries a client has before it is sent away (MaxAuthTries of OpenSSH). */
const MOST_FAILURES = 6;

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are the same, in the time of a digest whatever they are. */
const same = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other));

/** Decides one connection's logins (RFC 4252, RFC 4256). */
export class Login {
  readonly #user: SshUser;
  readonly #keys: readonly ParsedKey[];
  readonly #methods: readonly LoginMethod[];
  readonly #giveUp: () => void;
  #failures = 0;

  /** `giveUp` is called when the client has failed too often. Throws where an authorized key is none. */
  constructor(user: SshUser, methods: readonly LoginMethod[], giveUp: () => void) {
    this.#user = user;
    this.#methods = methods.filter((method) => (method === 'publickey' ? user.authorizedKeys?.length : user.password));
    this.#keys = (user.authorizedKeys ?? []).map(parsedKey);
    this.#giveUp = giveUp;
  }

  /** Answers one attempt. */
  decide(attempt: AuthContext): void {
    const known = same(attempt.username.toLowerCase(), this.#user.name.toLowerCase());
    switch (attempt.method) {
      case 'password':
        return this.#settle(attempt, this.#methods.includes('password') && this.#isPassword(attempt.password) && known);
      case 'publickey': {
        const found = this.#methods.includes('publickey') && known ? this.#keyOf(attempt.key.data) : undefined;
        // Without a signature the client only asks whether the key would do (RFC 4252, section 7).
        const proven = attempt.signature === undefined || this.#verifies(found, attempt.blob, attempt.signature, attempt.hashAlgo);
        return this.#settle(attempt, found !== undefined && proven);
      }
      case 'keyboard-interactive':
        if (!this.#methods.includes('keyboard-interactive')) return this.#settle(attempt, false);
        return attempt.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
          this.#settle(attempt, answers.length === 1 && this.#isPassword(answers[0] ?? '') && known),
        );
      case 'none':
        return attempt.reject([...this.#methods]);
      case 'hostbased':
        return this.#settle(attempt, false);
    }
  }

  #settle(attempt: AuthContext, allowed: boolean): void {
    if (allowed) return attempt.accept();
    if (++this.#failures >= MOST_FAILURES) this.#giveUp();
    else attempt.reject([...this.#methods]);
  }

  #isPassword(text: string): boolean {
    return this.#user.password !== undefined && same(text, this.#user.password.reveal());
  }

  #keyOf(data: Buffer): ParsedKey | undefined {
    return this.#keys.find((key) => key.getPublicSSH().equals(data));
  }

  #verifies(key: ParsedKey | undefined, signed: Buffer | undefined, signature: Buffer, hash: string | undefined): boolean {
    // Of an unfit signature ssh2 makes an Error, whatever its types say.
    const verdict: unknown = key !== undefined && signed !== undefined && key.verify(signed, signature, hash);
    return verdict === true;
  }
}

function parsedKey(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

/** A host program with everything it is started with: how a guest, or a program in one, is brought up. */
export interface HostProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

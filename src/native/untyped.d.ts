// What packages and the runtime have without types. sodium.ts and anitomy.ts state the parts of the packages that are used.

declare module 'sodium-native' {
  const sodium: unknown;
  export default sodium;
}

declare module 'anitomyscript/build/anitomyscript.js' {
  const start: unknown;
  export default start;
}

declare namespace WebAssembly {
  type Imports = Record<string, Record<string, unknown>>;
  type Exports = Record<string, unknown>;
  // Declared as what they are; only their constructors are used.
  // oxlint-disable-next-line no-extraneous-class
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Exports;
  }
}

/** The native parts of the program, by the names they have as assets of the executable. */
export type PartName = 'anitomyscript.wasm' | 'sodium-native.node';

/** A native part and where its bytes came from. */
export interface NativePart {
  readonly name: PartName;
  readonly kind: 'webassembly' | 'addon';
  readonly package: string;
  readonly version: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of `bytes`, lower-case hexadecimal. */
  readonly sha256: string;
  readonly origin: 'embedded' | 'package';
  /** A file of a development tree, or the name of an asset. */
  readonly location: string;
}

interface PartPackage {
  readonly kind: NativePart['kind'];
  readonly package: string;
  /** The file in the package that this platform uses. */
  readonly fileHere: () => string;
}

/** Which package each part comes from. */
export const partPackages: Readonly<Record<PartName, PartPackage>> = {
  'anitomyscript.wasm': { kind: 'webassembly', package: 'anitomyscript', fileHere: () => 'build/anitomyscript.wasm' },
  'sodium-native.node': {
    kind: 'addon',
    package: 'sodium-native',
    fileHere: () => `prebuilds/${process.platform}-${process.arch}/sodium-native.node`,
  },
};

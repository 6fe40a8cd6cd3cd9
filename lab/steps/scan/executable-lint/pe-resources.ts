import * as ResEdit from 'resedit';
import { resourceEntries } from '../../build/resource-entries.ts';

/** What the resources of an executable say of it. */
export interface Resources {
  /** One for each version resource: its numbers, and its texts in every language. */
  readonly versions: readonly {
    /** `1.2.3.0` */
    readonly file: string;
    readonly product: string;
    readonly texts: Readonly<Record<string, string>>;
  }[];
  readonly manifests: readonly string[];
  /** Edge lengths in pixels of the images of each icon group. */
  readonly iconGroups: readonly (readonly number[])[];
}

const RT_MANIFEST = 24;

/** Reads version, manifest and icons. Throws when the resources are damaged. */
export function readResources(file: Uint8Array): Resources {
  const entries = resourceEntries(file);
  return {
    versions: ResEdit.Resource.VersionInfo.fromEntries(entries).map((info) => ({
      file: dotted(info.fixedInfo.fileVersionMS, info.fixedInfo.fileVersionLS),
      product: dotted(info.fixedInfo.productVersionMS, info.fixedInfo.productVersionLS),
      texts: Object.assign({}, ...info.getAllLanguagesForStringValues().map((language) => info.getStringValues(language))) as Record<
        string,
        string
      >,
    })),
    manifests: entries.filter(({ type }) => type === RT_MANIFEST).map(({ bin }) => new TextDecoder().decode(bin)),
    // A side of 256 pixels is written as 0, which has no room in a byte.
    iconGroups: ResEdit.Resource.IconGroupEntry.fromEntries(entries).map(({ icons }) => icons.map(({ width }) => width || 256)),
  };
}

const dotted = (high: number, low: number): string => [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.');

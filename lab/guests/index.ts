import type { Provider, ProviderName } from '../core/guest.ts';
import { type ExistingProviderOptions, existingProvider } from './existing/existing-provider.ts';
import { type VagrantProviderOptions, vagrantProvider } from './vagrant/vagrant-provider.ts';
import { type WineProviderOptions, wineProvider } from './wine/wine-provider.ts';

export type ProviderOptions = WineProviderOptions & VagrantProviderOptions & ExistingProviderOptions;

/** The providers there are, each by the name it goes by in the configuration. */
export const providers: Readonly<Record<ProviderName, (options: ProviderOptions) => Provider>> = {
  wine: wineProvider,
  vagrant: vagrantProvider,
  existing: existingProvider,
};

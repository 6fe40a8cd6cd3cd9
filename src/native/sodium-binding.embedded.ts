import { loadAddon } from './load-addon.ts';

// Stands in the place of sodium-native's own `binding.js`, which looks for the addon in a folder of packages that the executable does not have.
module.exports = loadAddon('sodium-native.node');

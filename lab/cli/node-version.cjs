// Loaded before everything else (`--require`), and plain CommonJS, so that an old Node says what is wrong instead of "Unknown file extension .ts".
const [major] = process.versions.node.split('.').map(Number);
if (major < 26) {
  process.stderr.write(
    `AniVault Lab needs Node 26, this is ${process.version}.\n` +
      'The lab brings its own: run `npm ci` (with optional dependencies, on Linux x64), then `npm run lab`.\n' +
      'To run a file by hand, use node_modules/.bin/node FILE.\n',
  );
  process.exit(2);
}

/** Settings for oxlint: what is dangerous, and no question of taste. `plugin` is where eslint-plugin-security lies. */
export const securityRules = (plugin: string): unknown => ({
  plugins: ['typescript'],
  // Without it `setTimeout` is anybody's function, and what it is given no code.
  env: { node: true, browser: true },
  jsPlugins: [{ name: 'security', specifier: plugin }],
  categories: { correctness: 'off' },
  rules: {
    'no-eval': 'error',
    'no-new-func': 'error',
    'no-script-url': 'error',
    'no-extend-native': 'error',
    'no-implied-eval': 'error',
    'security/detect-bidi-characters': 'error',
    'security/detect-child-process': 'error',
    'security/detect-eval-with-expression': 'error',
    'security/detect-new-buffer': 'error',
    'security/detect-non-literal-require': 'error',
    'security/detect-pseudoRandomBytes': 'error',
    // Each of these can be right: somebody has to look.
    'security/detect-non-literal-regexp': 'warn',
    'security/detect-possible-timing-attacks': 'warn',
    'security/detect-unsafe-regex': 'warn',
  },
});

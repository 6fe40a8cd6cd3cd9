import path from 'node:path';
import type { Plugin } from 'esbuild';
import type { LocalPath } from '../../core/ids.ts';

/**
 * An esbuild plug-in that puts other modules in the place of some: keys are `<package>/<file>` or files of the project, values files of the project.
 * Whatever way a module is asked for, it is recognised by the file it resolves to. A replacement may itself import what it replaces.
 */
export function replaceModules(projectRoot: LocalPath, replacements: Readonly<Record<string, string>>): Plugin {
  const byFile = new Map<string, string>();
  for (const [module, replacement] of Object.entries(replacements)) {
    const other = path.join(projectRoot, replacement);
    byFile.set(path.join(projectRoot, module), other);
    byFile.set(path.join(projectRoot, 'node_modules', module), other);
  }
  return {
    name: 'replace-modules',
    setup: (build) => {
      build.onResolve({ filter: /.*/ }, async (asked) => {
        if (asked.pluginData === RESOLVING || asked.kind === 'entry-point') return undefined;
        const { path: specifier, importer, resolveDir, kind } = asked;
        const resolved = await build.resolve(specifier, {
          importer,
          resolveDir,
          kind,
          namespace: asked.namespace,
          pluginData: RESOLVING,
          with: asked.with,
        });
        const other = byFile.get(resolved.path);
        return other === undefined || other === importer ? resolved : { ...resolved, path: other };
      });
    },
  };
}

const RESOLVING = Symbol('resolving');

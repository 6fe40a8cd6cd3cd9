import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import t from 'tap';
import { type ProgramChunk, joinChunks } from './join-chunks.ts';

const require = createRequire(import.meta.url);

/** Runs a program that reports by `module.exports`. */
function run(first: string, chunks: readonly ProgramChunk[]): unknown {
  const module = { exports: {} as unknown };
  const given = ['require', 'module', 'exports', '__filename', '__dirname'];
  compileFunction(joinChunks(first, chunks), given, { filename: 'program.cjs' })(require, module, module.exports, '/p/program.cjs', '/p');
  return module.exports;
}

t.test('chunks run when they are asked for, once', async (t) => {
  const chunks = [
    { name: 'a.js', code: 'globalThis.ran = [...(globalThis.ran ?? []), "a"]; exports.b = require("./b.js");' },
    { name: 'b.js', code: 'globalThis.ran.push("b"); module.exports = { where: __dirname, path: require("node:path").sep };' },
    { name: 'c.js', code: 'throw new Error("nobody asked")' },
  ];
  const ran = (): unknown => (globalThis as { ran?: unknown }).ran;
  t.equal(run('module.exports = 1', chunks), 1);
  t.equal(ran(), undefined);
  t.match(run('module.exports = [require("./a.js"), require("./b.js"), require("./a.js")]', chunks), [
    { b: { where: '/p' } },
    { where: '/p' },
    { b: { where: '/p' } },
  ]);
  t.same(ran(), ['a', 'b']);
});

t.test('chunks that need each other get what there is so far', async (t) => {
  const chunks = [
    { name: 'a.js', code: 'exports.early = 1; exports.seen = require("./b.js").seen; exports.late = 2;' },
    { name: 'b.js', code: 'exports.seen = Object.keys(require("./a.js"));' },
  ];
  t.same(run('module.exports = require("./a.js")', chunks), { early: 1, seen: ['early'], late: 2 });
});

t.test('any text comes through, and other names are the runtime’s', async (t) => {
  const text = 'it\'s \\n "here" `${there}` 花 \u2028 🙂 \r\n end';
  const chunks = [{ name: 'text.js', code: `// 'quoted\\\nmodule.exports = ${JSON.stringify(text)};` }];
  t.equal(run('module.exports = require("./text.js")', chunks), text);
  t.throws(() => run('require("./gone.js")', chunks), { code: 'MODULE_NOT_FOUND' });
  t.throws(() => run('require("__proto__")', chunks), { code: 'MODULE_NOT_FOUND' });
});

t.test('a trace tells the chunk and the line', async (t) => {
  try {
    run('require("./a.js")', [{ name: 'a.js', code: 'let x;\nx.y;' }]);
    t.fail('it throws');
  } catch (error) {
    t.match((error as Error).stack, /program\.cjs\/a\.js:2:/);
  }
});

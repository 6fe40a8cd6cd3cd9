/** One file of a program that was cut wherever it loads something only when it is wanted: a CommonJS module that requires others as `./<name>`. */
export interface ProgramChunk {
  readonly name: string;
  readonly code: string;
}

/** What a module is given, as Node gives it. */
const GIVEN = ['require', 'module', 'exports', '__filename', '__dirname'];

/**
 * Puts a program's first module and its chunks into one CommonJS file. A chunk is a text in it until it is asked for: an engine reads all source that it is
 * given at the start (10 ms for the product's 440 kB, more than all the rest of a short run), but only skips a text. Whatever is no chunk is the
 * runtime's own. Chunks that require each other get what there is so far, as CommonJS modules do.
 */
export function joinChunks(first: string, chunks: readonly ProgramChunk[]): string {
  const texts = chunks.map(({ name, code }) => `${literal(`./${name}`)}:${literal(code)}`);
  return `"use strict";((require,module,exports,__filename,__dirname)=>{
const texts={__proto__:null,${texts.join(',\n')}},loaded=new Map();
const load=(name)=>{
const text=texts[name];
if(text===undefined)return require(name);
let chunk=loaded.get(name);
if(chunk===undefined){
loaded.set(name,chunk={exports:{}});
require("node:vm").compileFunction(text,${JSON.stringify(GIVEN)},{filename:"program.cjs"+name.slice(1)})(load,chunk,chunk.exports,__filename,__dirname);
}
return chunk.exports;
};
(function(require){${first}
})(load);
})(require,module,exports,__filename,__dirname);
`;
}

/** In quotes that minified code does not use, so that it can still be searched as it is. */
const literal = (text: string): string =>
  `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", String.raw`\'`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)}'`;

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { build } from 'esbuild';
import t from 'tap';
import { tmdbCatalogue } from './tmdb-catalogue.ts';
import { startTmdbStandIn, standInKeys } from './tmdb-stand-in.ts';

const get = async (url: string, key: string = standInKeys.v3): Promise<{ readonly status: number; readonly body: unknown }> => {
  const response = await fetch(`${url}${url.includes('?') ? '&' : '?'}api_key=${key}`);
  return { status: response.status, body: await response.json() };
};

t.test('bundled into one file it runs anywhere, and ends with its input', async (t) => {
  const outfile = path.join(t.testdir({}), 'stand-in.cjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'tmdb-stand-in.main.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
  });
  const child = spawn(process.execPath, [outfile, '0'], { cwd: path.dirname(outfile), stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url, keys } = JSON.parse(line.toString()) as { url: string; keys: typeof standInKeys };
  t.same(keys, standInKeys);
  t.match(await get(`${url}3/search/tv?query=frieren`), { status: 200, body: { total_results: 1 } });
  const faults = await fetch(`${url}stand-in/faults`, { method: 'POST', body: JSON.stringify([{ kind: 'status-503', times: 2 }]) });
  t.equal(faults.status, 204);
  t.equal((await fetch(`${url}3/authentication`)).status, 503);
  const seen = (await (await fetch(`${url}stand-in/seen`)).json()) as readonly { readonly what: string }[];
  t.same(
    seen.map(({ what }) => what),
    ['/3/search/tv?query=frieren', '/3/authentication'],
    'and no key in it',
  );
  child.stdin.end();
  const [code] = (await once(child, 'close')) as [number];
  t.equal(code, 0);
});

t.test('answers as TMDB does', async (t) => {
  await using standIn = await startTmdbStandIn();
  const { url } = standIn;
  t.match(await get(`${url}3/authentication`, 'wrong'), { status: 401, body: { status_code: 7 } });
  t.match(await get(`${url}3/tv/1`), { status: 404, body: { status_code: 34 } });
  t.match(await get(`${url}3/search/tv?query=fullmetal&first_air_date_year=2009`), {
    body: { total_results: 1, results: [{ genre_ids: [16, 10_759] }] },
  });
  t.match(await get(`${url}3/search/movie?query=totoro&language=ja-JP`), { body: { results: [{ title: 'となりのトトロ' }] } });
  t.match(await get(`${url}3/search/multi?query=death%20note`), {
    body: { total_results: 2, results: [{ media_type: 'tv' }, { media_type: 'tv' }] },
  });
  t.match(await get(`${url}3/search/tv?query=frierem`), { body: { total_results: 0, results: [] } }, 'it forgives nothing');
  t.match(await get(`${url}3/search/tv?query=%21`), { body: { total_results: 0 } });
  t.match(await get(`${url}3/search/tv?query=a&page=0`), { status: 400, body: { status_code: 22 } });
  t.match(await get(`${url}3/movie/1001`), { status: 404 }, 'a series is no film');
  const refused = await fetch(`${url}stand-in/faults`, { method: 'POST', body: '[{"kind":"nonsense","times":1}]' }).catch(() => 'closed');
  t.equal(refused, 'closed');
});

t.test('the catalogue is sound', async (t) => {
  t.equal(new Set(tmdbCatalogue.map(({ id }) => id)).size, tmdbCatalogue.length);
  t.ok(tmdbCatalogue.length >= 100);
  for (const { english, kind, seasons, year } of tmdbCatalogue)
    t.ok((kind === 'tv') === seasons.length > 0 && year > 1900 && year < 2100 && seasons.every((count) => count > 0), english);
});

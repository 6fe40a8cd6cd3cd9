import { openDiskCache } from '../cache/disk-cache.ts';

/** One of the processes of a stress test: `FOLDER SEED ROUNDS MOST_BYTES` writes and reads the same few entries as others do, and checks what it reads. */
async function main(): Promise<void> {
  const [folder = '', seed = '', rounds = '0', mostBytes = '0'] = process.argv.slice(2);
  await using cache = openDiskCache(folder, { mostBytes: Number(mostBytes) });
  for (let round = 0; round < Number(rounds); round += 1) {
    const name = `entry ${(round * 7 + Number(seed)) % 40}`;
    const found = await cache.get(name);
    if (found !== undefined) {
      const { of, filling } = JSON.parse(found.value) as { of: string; filling: string };
      if (of !== name || !/^(\d)\1*$/.test(filling)) throw new Error(`${name} is ${found.value.slice(0, 100)}`);
    }
    await cache.put(name, JSON.stringify({ of: name, filling: seed.repeat(500 + ((round * 131) % 5_000)) }), 60_000);
    if (round === 0) process.stdout.write('started\n');
  }
  if (cache.figures().quarantined > 0) throw new Error(`${cache.figures().quarantined} were corrupt`);
}

void main();

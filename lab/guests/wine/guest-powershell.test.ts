import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { foldersIn } from '../../host/folders.ts';
import { callFor } from '../../testing/calls.ts';
import { zipOf } from '../../testing/contracts/hostile-zips.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { guestPowershell } from './guest-powershell.ts';

t.test('a folder or a zip becomes a folder that answers to both names', async (t) => {
  const scratch = await scratchFolder(t);
  const folders = foldersIn({ LAB_CACHE_DIR: path.join(scratch, 'cache'), LAB_STATE_DIR: path.join(scratch, 'state') });
  const at = (name: string): LocalPath => path.join(scratch, name) as LocalPath;
  const made = (given: LocalPath): Promise<LocalPath> => guestPowershell(folders, given, callFor(20_000));
  await mkdir(at('folder/Modules'), { recursive: true });
  await writeFile(at('folder/pwsh.exe'), 'a program');
  await writeFile(at('folder/Modules/a.psd1'), 'a module');
  const fromFolder = await made(at('folder'));
  for (const [name, content] of Object.entries({ 'pwsh.exe': 'a program', 'powershell.exe': 'a program', 'Modules/a.psd1': 'a module' }))
    t.equal(await readFile(path.join(fromFolder, name), 'utf8'), content, name);
  t.equal(await made(at('folder')), fromFolder, 'it is made once');
  await writeFile(at('folder/Modules/a.psd1'), 'another module');
  t.not(await made(at('folder')), fromFolder, 'and anew when something of it changed');

  for (const prefix of ['', 'PowerShell-7/']) {
    await writeFile(
      at('release.zip'),
      await zipOf([
        { path: `${prefix}pwsh.exe`, content: `from ${prefix}` },
        { path: `${prefix}Modules/a.psd1`, content: 'a module' },
      ]),
    );
    const fromZip = await made(at('release.zip'));
    t.equal(await readFile(path.join(fromZip, 'powershell.exe'), 'utf8'), `from ${prefix}`);
    t.equal(await readFile(path.join(fromZip, 'Modules/a.psd1'), 'utf8'), 'a module');
  }
});

t.test('what is no PowerShell is refused', async (t) => {
  const scratch = await scratchFolder(t);
  const folders = foldersIn({ LAB_CACHE_DIR: path.join(scratch, 'cache'), LAB_STATE_DIR: path.join(scratch, 'state') });
  const at = (name: string): LocalPath => path.join(scratch, name) as LocalPath;
  await mkdir(at('empty'));
  await writeFile(at('text.zip'), 'no zip at all');
  await writeFile(at('other.zip'), await zipOf([{ path: 'node.exe', content: 'another' }]));
  for (const [name, problem] of [
    ['absent', /nothing of that name/],
    ['empty', /no pwsh.exe in it/],
    ['text.zip', /no zip that can be unpacked/],
    ['other.zip', /no pwsh.exe in it/],
  ] as const)
    await t.rejects(guestPowershell(folders, at(name), callFor(20_000)), { code: 'wine.no-powershell', message: problem }, name);
});

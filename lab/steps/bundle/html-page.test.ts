import t from 'tap';
import { htmlPage } from './html-page.ts';
import { smartscreenGuidance } from './smartscreen-guidance.ts';

const product = { displayName: 'Ani <Vault>', version: '1.2.3' };

t.test('a page of Markdown as HTML', async (t) => {
  const page = htmlPage(
    '# The `scan` guide\n\nSee [commands](commands.md#scan), [more](../a/b.md) and [home](https://example.test/x.md).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n',
    product,
  );
  t.match(page, /^<!doctype html>\n/);
  t.match(page, '<title>The scan guide · Ani &lt;Vault&gt; 1.2.3</title>');
  t.match(page, 'href="commands.html#scan"');
  t.match(page, 'href="../a/b.html"');
  t.match(page, 'href="https://example.test/x.md"', 'what is elsewhere stays as it is');
  t.match(page, '<table>');
  t.match(page, '<h1 id="the-scan-guide">The <code>scan</code> guide</h1>');
  t.match(htmlPage('## A b\n\n## A b\n', product), /id="a-b"[\s\S]*id="a-b-1"/);
  t.match(htmlPage('no heading', product), '<title>Ani &lt;Vault&gt; · Ani');
});

t.test('nothing in it can run or fetch', async (t) => {
  const page = htmlPage(
    '# x</title><script>alert(1)</script>\n\n<script>alert(2)</script>\n\n[a](javascript:alert(3)) <img src=x onerror=alert(4)>\n\n![b](data:text/html,x)\n',
    product,
  );
  t.notMatch(page, /<script/i);
  t.notMatch(page, /javascript:/i);
  t.notMatch(page, /<img src=x/);
  t.match(page, "default-src 'none'");
});

t.test('guidance says what holds for the executable', async (t) => {
  const subject = { displayName: 'AniVault', version: '1.2.3', executable: 'anivault.exe', sha256: 'ab'.repeat(32), publisher: 'Nobody' };
  const unsigned = smartscreenGuidance(subject);
  t.match(unsigned, /\*\*It is not signed\.\*\*/);
  t.match(unsigned, subject.sha256);
  t.notMatch(unsigned, /Get-AuthenticodeSignature/);
  const signed = smartscreenGuidance({ ...subject, signer: 'Example Ltd' });
  t.match(signed, /\*\*It is signed\*\* by Example Ltd/);
  t.match(signed, /Get-AuthenticodeSignature/);
  const rehearsal = smartscreenGuidance({ ...subject, signer: 'Throw away', rehearsal: true });
  t.match(rehearsal, /must\s+not be handed out/);
  t.notMatch(rehearsal, /Get-AuthenticodeSignature/);
});

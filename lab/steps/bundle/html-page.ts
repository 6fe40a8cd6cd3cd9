import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** Nothing may be fetched and nothing may run: a page of a release has to be as harmless as the text it was made of. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

const style = `:root{color-scheme:light dark;--ink:#1a1d24;--paper:#fdfdfb;--line:#d9d9d2;--quiet:#5a6070;--code:#f0f0ea;--link:#1f5fa8}
@media (prefers-color-scheme:dark){:root{--ink:#e6e6e0;--paper:#16181d;--line:#33373f;--quiet:#a0a6b4;--code:#22252c;--link:#8ab8f0}}
body{margin:0 auto;max-width:52rem;padding:2.5rem 1.2rem 4rem;font:17px/1.6 system-ui,"Segoe UI",sans-serif;color:var(--ink);background:var(--paper)}
h1,h2,h3{line-height:1.25;margin:2em 0 .6em}h1{margin-top:0;font-size:2rem}h2{font-size:1.4rem;border-bottom:1px solid var(--line);padding-bottom:.25em}
a{color:var(--link)}code,pre{font-family:ui-monospace,Consolas,monospace;font-size:.9em;background:var(--code);border-radius:4px}
code{padding:.1em .3em}pre{padding:.9em 1.1em;overflow-x:auto}pre code{padding:0;background:none}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid var(--line);padding:.4em .7em;text-align:left;vertical-align:top}
blockquote{margin:1em 0;padding:.1em 1.1em;border-left:4px solid var(--line);color:var(--quiet)}img{max-width:100%}
footer{margin-top:4rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.85rem}`;

// # Title of the page
const HEADING = /^#[ \t]+(.+?)[ \t]*#*$/m;
// href="commands.md#scan" href="../a/b.md" — but not of another place
const LINK_TO_PAGE = /(<a href=")((?![a-z][a-z0-9+.-]*:|\/)[^"#?]+)\.md(#[^"]*)?(")/gi;

/**
 * A Markdown page as an HTML page that can be read without network and without script. Raw HTML in it is shown as text, dangerous links are dropped
 * (CommonMark and GFM by micromark), and links to other Markdown pages lead to their HTML. Pure: the same text gives the same bytes.
 */
export function htmlPage(markdown: string, product: { readonly displayName: string; readonly version: string }): string {
  const title = HEADING.exec(markdown)?.[1]?.replaceAll(/[`*_]/g, '') ?? product.displayName;
  const body = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()] }).replaceAll(LINK_TO_PAGE, '$1$2.html$3$4');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(`${title} · ${product.displayName} ${product.version}`)}</title>
<style>${style}</style>
</head>
<body>
${withAnchors(body)}
<footer>${escaped(`${product.displayName} ${product.version}`)}</footer>
</body>
</html>
`;
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? mark);

/** Gives headings the anchors that code hosts give them, so that links within and between pages work. */
function withAnchors(html: string): string {
  const used = new Map<string, number>();
  return html.replaceAll(/<h([1-6])>(.*?)<\/h\1>/gs, (_, level: string, content: string) => {
    const slug = content
      .replaceAll(/<[^>]+>|&[a-z]+;/g, '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    const count = used.get(slug) ?? 0;
    used.set(slug, count + 1);
    return `<h${level} id="${count === 0 ? slug : `${slug}-${count}`}">${content}</h${level}>`;
  });
}

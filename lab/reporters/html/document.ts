import { type ComponentChildren, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { type Html, said } from './shown.ts';
import { style } from './style.ts';

/** Nothing may be fetched and nothing may run: also what got past the escaping would be dead. */
const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A whole HTML document: one file, no script, nothing fetched. `content` goes into the body as it is. */
export function htmlDocument(title: string, bodyClass: string, ...content: readonly ComponentChildren[]): string {
  const document: Html = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      {},
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('meta', { name: 'referrer', content: 'no-referrer' }),
      h('title', {}, title),
      // The style sheet is a constant of this room; nothing of a run goes into it.
      h('style', { dangerouslySetInnerHTML: { __html: style } }),
    ),
    h('body', { class: bodyClass }, ...content),
  );
  return `<!doctype html>\n${renderToString(document)}\n`;
}

/** Links to the sections of the page: id and name of each. */
export const navigation = (links: readonly (readonly [string, string])[]): Html =>
  h(
    'nav',
    { 'aria-label': 'Sections' },
    h(
      'ul',
      {},
      links.map(([id, name]) => h('li', {}, h('a', { href: `#${id}` }, name))),
    ),
  );

export const pageEnd = (labVersion: string): Html =>
  h(
    'footer',
    { class: 'end' },
    h('p', {}, `AniVault Lab ${said(labVersion, 40)}. This page is one file; it needs no network and runs no script.`),
  );

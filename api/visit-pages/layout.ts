import { isRightToLeft } from '../../domain/language.ts';
import { html } from './html.ts';
import type { Markup } from './html.ts';
import { pageLanguages, wordsOf } from './language.ts';
import type { PageLanguage } from './language.ts';
import { stylePath } from './style.ts';

export interface Layout {
  readonly language: PageLanguage;
  readonly title: string;
  readonly clinic: string;
  /** Of this page without its query, for the language switch; none where the page answers a form. */
  readonly path: string | null;
  readonly main: Markup;
  readonly error?: boolean | undefined;
}

/** One column, no script, readable at 320 px and at 400 %. */
export function layout({ language, title, clinic, path, main, error }: Layout): string {
  const words = wordsOf(language);
  const heading = error === true ? `${words.errors.prefix} ${title}` : title;
  const others =
    path === null
      ? null
      : html`<nav aria-label="${words.switchLanguage}">
          ${pageLanguages.map((other) =>
            other === language
              ? html`<span aria-current="true" lang="${other}">${wordsOf(other).languageName}</span> `
              : html`<a href="${path}?lang=${other}" lang="${other}" hreflang="${other}"
                  >${wordsOf(other).languageName}</a
                > `,
          )}
        </nav>`;
  const page = html`<html lang="${language}" dir="${isRightToLeft(language) ? 'rtl' : 'ltr'}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>${heading}${clinic === '' ? '' : ` - ${clinic}`}</title>
      <link rel="stylesheet" href="${stylePath}" />
    </head>
    <body>
      <a class="skip" href="#main">${words.skip}</a>
      <header>
        <p>${clinic}</p>
        ${others}
      </header>
      <main id="main">${main}</main>
      <footer><p>${words.emergency}</p></footer>
    </body>
  </html>`;
  return `<!doctype html>\n${page.text}`;
}

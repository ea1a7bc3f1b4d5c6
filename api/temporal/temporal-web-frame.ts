/**
 * The frames in which Temporal Web draws summaries and details. It asks for them outside of the path it lives under, and its
 * own server answers them under another again (ui-server 2.42), so they are drawn here: the paragraphs and bold words
 * that workflows write, everything else as plain text.
 */
import { html } from '../visit-pages/html.ts';

/** @param content markdown, as the page had it decoded for the person who looks at it */
export function temporalWebFrame(content: string, theme: 'light' | 'dark'): string {
  const paragraphs = content
    .split(/\n{2,}/)
    .map((paragraph) => html`<p>${paragraph.split('**').map(boldEverySecond)}</p>`);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Details</title>
        <style>
          body {
            margin: 0;
            padding: 1rem;
            font:
              1rem/1.5 system-ui,
              sans-serif;
            color: ${theme === 'dark' ? '#f2f4f6' : '#121416'};
          }
          p {
            margin: 0 0 0.75rem;
          }
        </style>
      </head>
      <body>
        <main>${paragraphs}</main>
      </body>
    </html>`.text;
}

const boldEverySecond = (text: string, index: number) => (index % 2 === 1 ? html`<strong>${text}</strong>` : text);

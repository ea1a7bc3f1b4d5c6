import { isRightToLeft } from '../../domain/language.ts';
import type { MessageLanguage } from './language.ts';

/** A message before it has a form: the same parts make the plain text, the HTML and the SMS. */
export interface MessageParts {
  readonly subject: string;
  readonly lead: string;
  /** What is so: label and lines, such as when and where. */
  readonly facts: readonly { readonly label: string; readonly lines: readonly string[] }[];
  readonly paragraphs: readonly string[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
  readonly help: string;
  readonly footer: string;
  /** One line for a telephone, links included. */
  readonly short: string;
}

export interface ComposedMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly short: string;
}

export function compose(parts: MessageParts, language: MessageLanguage): ComposedMessage {
  return {
    subject: oneLine(parts.subject),
    text: asText(parts),
    html: asHtml(parts, language),
    short: oneLine(parts.short),
  };
}

/** A header is one line, whatever a clinic calls itself: nothing after a line break can become a header of its own. */
export const oneLine = (value: string): string => value.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

function asText(parts: MessageParts): string {
  return [
    parts.lead,
    ...parts.facts.map(({ label, lines }) => `${label}: ${lines.join('\n  ')}`),
    ...parts.paragraphs,
    ...parts.links.map(({ label, url }) => `${label}:\n${url}`),
    parts.help,
    '-- ',
    parts.footer,
  ].join('\n\n');
}

// Inline styles: mail programs drop style sheets. Colours pass 4.5:1 on white.
function asHtml(parts: MessageParts, language: MessageLanguage): string {
  const facts = parts.facts
    .map(
      ({ label, lines }) =>
        `<p style="margin:0 0 12px"><strong>${escapeHtml(label)}</strong><br>${lines.map(escapeHtml).join('<br>')}</p>`,
    )
    .join('');
  const links = parts.links
    .map(
      ({ label, url }) =>
        `<p style="margin:16px 0"><a href="${escapeHtml(url)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#0b5e6b;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(label)}</a></p>`,
    )
    .join('');
  return `<!doctype html>
<html lang="${language}" dir="${isRightToLeft(language) ? 'rtl' : 'ltr'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(parts.subject)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c2b33;background:#ffffff"><div style="max-width:560px;margin:0 auto">
<p style="margin:0 0 16px;font-size:18px">${escapeHtml(parts.lead)}</p>
${facts}${parts.paragraphs.map((line) => `<p style="margin:0 0 12px">${escapeHtml(line)}</p>`).join('')}
${links}
<p style="margin:16px 0 0">${escapeHtml(parts.help)}</p>
<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #d5dde0;font-size:13px;color:#53646c">${escapeHtml(parts.footer)}</p>
</div></body></html>
`;
}

export const escapeHtml = (value: string): string =>
  value.replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** Of an urgent item nothing is said but that there is one, and where: a telephone lies on a table (I24). */
import { isRightToLeft } from '../../domain/language.ts';
import { escapeHtml, oneLine, type ComposedMessage } from './compose.ts';
import { messageCatalog, type MessageLanguage } from './language.ts';

export function escalationMessage(url: string, language: MessageLanguage): ComposedMessage {
  const { lead } = messageCatalog(language)['escalation-notice'];
  const link = escapeHtml(url);
  return {
    subject: oneLine(lead),
    text: `${lead}\n\n${url}\n`,
    html: `<!doctype html>
<html lang="${language}" dir="${isRightToLeft(language) ? 'rtl' : 'ltr'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(lead)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c2b33;background:#ffffff">
<p style="margin:0 0 16px;font-size:18px">${escapeHtml(lead)}</p>
<p style="margin:0"><a href="${link}" style="color:#0b5e6b;font-weight:600">${link}</a></p>
</body></html>
`,
    short: oneLine(`${lead}: ${url}`),
  };
}

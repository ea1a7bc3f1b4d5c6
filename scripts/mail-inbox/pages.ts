/** The inbox as pages: a list and a message. No script is needed to read them; one offers to reload when mail arrives. */
import type { ParsedMail } from 'mailparser';
import type { MessageSummary, StoredMessage } from './store.ts';

export function listPage(items: readonly MessageSummary[], total: number, to: string): string {
  const rows = items.map(
    (item) => `<tr>
      <td><time datetime="${item.receivedAt}">${item.receivedAt.replace('T', ' ').slice(0, 19)}</time></td>
      <td>${item.channel}</td>
      <td>${escape(item.to.join(', '))}</td>
      <td><a href="/messages/${item.id}">${escape(item.subject || item.text.slice(0, 80) || '(no subject)')}</a></td>
    </tr>`,
  );
  return page(
    'Inbox',
    `<h1>Inbox</h1>
    <p>Everything that HealthSphere sent on this machine. Nothing here left it.</p>
    <form method="get" action="/" role="search">
      <label for="to">Recipient contains</label> <input id="to" name="to" value="${escape(to)}"> <button>Show</button>
    </form>
    <p role="status" id="status">${total} message${total === 1 ? '' : 's'}${items.length < total ? `, the newest ${items.length} shown` : ''}.</p>
    ${
      rows.length === 0
        ? '<p>No message yet. Book a visit, and its confirmation appears here.</p>'
        : `<table><thead><tr><th scope="col">Received (UTC)</th><th scope="col">Channel</th><th scope="col">To</th><th scope="col">Subject</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
    }
    <script src="/inbox.js" data-total="${total}" data-to="${escape(to)}" defer></script>`,
  );
}

export const inboxScript = `const { total, to } = document.currentScript.dataset;
setInterval(async () => {
  if (document.hidden) return;
  const response = await fetch('/api/messages?limit=1&to=' + encodeURIComponent(to)).catch(() => undefined);
  if (!response || !response.ok) return;
  const more = (await response.json()).total - Number(total);
  if (more <= 0) return;
  const status = document.getElementById('status');
  if (status.dataset.more === String(more)) return;
  status.dataset.more = String(more);
  const link = document.createElement('a');
  link.href = location.href;
  link.textContent = more + ' new: show';
  status.replaceChildren(link);
}, 3000);
`;

export function messagePage(message: StoredMessage, mail: ParsedMail | undefined): string {
  const subject = message.subject || '(no subject)';
  const attachments = (mail?.attachments ?? []).map((attachment, index) => {
    const href = `/api/messages/${message.id}/attachments/${index}`;
    const name = escape(attachment.filename ?? `part ${index + 1}`);
    const isText = attachment.contentType.startsWith('text/') || attachment.contentType === 'application/ics';
    return `<li><a href="${href}" download>${name}</a> (${escape(attachment.contentType)}, ${attachment.size} bytes)
      ${isText ? `<pre tabindex="0">${escape(attachment.content.toString('utf8'))}</pre>` : ''}</li>`;
  });
  const headers = [
    ['Received', `${message.receivedAt.replace('T', ' ').slice(0, 19)} UTC`],
    ['Channel', message.channel],
    ['From', mail?.from?.text ?? message.from],
    ['To', message.to.join(', ')],
    ['Message-ID', message.messageId],
  ].map(([name, value]) => `<dt>${name}</dt><dd>${escape(value ?? '')}</dd>`);
  return page(
    subject,
    `<nav><a href="/">Back to the inbox</a></nav>
    <h1>${escape(subject)}</h1>
    <dl>${headers.join('')}</dl>
    <h2>Text</h2><pre tabindex="0">${linked(mail?.text ?? message.text)}</pre>
    ${mail?.html ? `<h2>HTML</h2><iframe title="The message as HTML" src="/messages/${message.id}/html"></iframe>` : ''}
    ${attachments.length === 0 ? '' : `<h2>Attachments</h2><ul>${attachments.join('')}</ul>`}
    ${mail ? `<p><a href="/api/messages/${message.id}/raw">As it was received</a></p>` : ''}`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · HealthSphere inbox</title><link rel="stylesheet" href="/inbox.css"></head><body><main>${body}</main></body></html>`;
}

export const inboxStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .4rem .5rem; border-bottom: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem; border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); }
iframe { width: 100%; height: 28rem; border: 1px solid color-mix(in srgb, CanvasText 40%, Canvas); background: white; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; } dd { margin: 0; overflow-wrap: anywhere; }
input, button { font: inherit; padding: .25rem .5rem; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { white-space: nowrap; overflow-wrap: normal; }
td:last-child { min-width: 50%; }
@media (max-width: 40rem) {
  thead { display: none; } tr { display: block; padding: .5rem 0; border-bottom: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); }
  td { display: block; border: 0; padding: 0; } td:nth-child(2) { display: none; }
  td:first-child, td:nth-child(3) { font-size: .875rem; }
}
`;

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Links in plain text open, because following the link of a mail is what people come here for. */
function linked(text: string): string {
  return escape(text).replace(/https?:\/\/[^\s<>]+/g, (url) => `<a href="${url}">${url}</a>`);
}

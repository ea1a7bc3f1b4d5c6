/** Reads the mail catcher as a patient reads their mail. */
export interface Mail {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly { readonly filename: string; readonly contentType: string }[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Waits for a mail that fits.
 * @throws when none came in time, with the subjects that did.
 */
export async function waitForMail(
  inbox: string,
  to: string,
  fits: (mail: Mail) => boolean,
  timeoutMs = 30_000,
): Promise<Mail> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const mails = await mailsTo(inbox, to);
    const found = mails.find(fits);
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new Error(
        `No such mail reached ${to} within ${timeoutMs / 1000} s; there are: ${mails.map((mail) => mail.subject).join(' | ') || 'none'}`,
      );
    await new Promise((later) => setTimeout(later, 300));
  }
}

export async function mailsTo(inbox: string, to: string): Promise<Mail[]> {
  const list = await getJson(`${inbox}/api/messages?to=${encodeURIComponent(to)}`);
  const items = (list['items'] ?? []) as Fields[];
  return Promise.all(
    items.map(async (item) => {
      const whole = await getJson(`${inbox}/api/messages/${String(item['id'])}`);
      return {
        id: String(item['id']),
        subject: String(whole['subject'] ?? item['subject'] ?? ''),
        text: String(whole['text'] ?? ''),
        html: String(whole['html'] ?? ''),
        attachments: ((whole['attachments'] ?? []) as Fields[]).map((file) => ({
          filename: String(file['filename'] ?? file['name'] ?? ''),
          contentType: String(file['contentType'] ?? file['type'] ?? ''),
        })),
      };
    }),
  );
}

async function getJson(url: string): Promise<Fields> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Fields;
}

/** The link to the visit's page in a mail. */
export function visitLink(mail: Mail): string {
  const link = /https?:\/\/\S+\/v\/[A-Za-z0-9_-]+/.exec(mail.text)?.[0];
  if (link === undefined) throw new Error(`The mail "${mail.subject}" carries no link to its visit`);
  return link;
}

/** The link to the offer's page in a mail. */
export function offerLink(mail: Mail): string {
  const link = /https?:\/\/\S+\/offer\/[A-Za-z0-9_.~-]+/.exec(mail.text)?.[0];
  if (link === undefined) throw new Error(`The mail "${mail.subject}" carries no link to an offer`);
  return link;
}

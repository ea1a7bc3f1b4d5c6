/** What a production clinic refuses, and what a demonstration may have. */
import type { Config } from '../config.ts';
import type { Reading } from './reading.ts';

export const demoPassword = 'healthsphere-demo';
/** Passwords that have been published somewhere, this repository included. */
const knownPasswords = new Set([demoPassword, 'postgres', 'password', 'changeme', 'change-me', 'secret', 'admin']);

/** HIPAA 164.312(e): no unencrypted link; and nothing that has been published may open a production clinic. */
export function refuseInProduction({ values, report }: Reading, config: Config<never>): void {
  const internal = values['HEALTHSPHERE_ALLOW_PLAINTEXT_INTERNAL'] === '1';
  const orPrivate = ', or HEALTHSPHERE_ALLOW_PLAINTEXT_INTERNAL=1 when the link never leaves a private network';
  if (values['HEALTHSPHERE_DEMO_PASSWORD'] !== undefined) {
    report('HEALTHSPHERE_DEMO_PASSWORD', 'demo secrets are refused in production', 'nothing: remove it');
  }
  if (values['HEALTHSPHERE_DEMO'] === '1') {
    report('HEALTHSPHERE_DEMO', 'demo users are refused in production', 'nothing: remove it');
  }
  if (config.codecOff) {
    report('HEALTHSPHERE_CODEC', 'workflow histories would be readable', 'nothing: remove it');
  }
  if (config.fault !== undefined) {
    report(
      'HEALTHSPHERE_FAULT',
      'workers that end themselves on purpose are refused in production',
      'nothing: remove it',
    );
  }
  if (!config.publicUrl.startsWith('https://')) {
    report('PUBLIC_URL', `${config.publicUrl} is not encrypted`, 'it to the https:// address that people type');
  }
  if (values['MAIL_FROM'] === undefined) {
    report('MAIL_FROM', 'it is missing', 'the sender of mail, such as "Clinic <no-reply@clinic.example.org>"');
  }
  for (const [role, url] of Object.entries<string>(config.database)) {
    const variable = `DATABASE_URL_${role.toUpperCase()}`;
    const { password, searchParams } = new URL(url);
    if (knownPasswords.has(decodeURIComponent(password))) {
      report(variable, 'its password is a well-known one', 'a password of your own');
    }
    const sslmode = searchParams.get('sslmode') ?? '';
    if (!internal && !['require', 'verify-ca', 'verify-full'].includes(sslmode)) {
      report(variable, 'the link to Postgres is not encrypted', `?sslmode=verify-full in it${orPrivate}`);
    }
  }
  if (!internal && config.temporal.tls === undefined) {
    report('TEMPORAL_TLS', 'the link to Temporal is not encrypted', `it to true, or TEMPORAL_API_KEY${orPrivate}`);
  }
  if (!internal && config.payerUrl?.startsWith('http:') === true) {
    report('PAYER_URL', 'the link to the payer is not encrypted', `it to an https:// address${orPrivate}`);
  }
  const smtp = new URL(config.smtp.url);
  if (!internal && smtp.protocol !== 'smtps:' && smtp.searchParams.get('requireTLS') !== 'true') {
    report(
      'SMTP_URL',
      'the link to the mail server is not encrypted',
      `smtps://, or ?requireTLS=true in it${orPrivate}`,
    );
  }
}

/** The stand-ins for the world outside a demonstration: the mail server that catches mail, and the payer sandbox. */
import { join } from 'node:path';
import { inheritedEnvironment } from '../config.ts';
import { homeDirectory, withoutBlanks, type Environment } from './environment.ts';
import { readingOf } from './reading.ts';

export interface MailInboxConfig {
  smtpPort: number;
  httpPort: number;
  /** One JSON line a message. */
  file: string;
}

/** For scripts/mail-inbox.ts. @throws ConfigError naming every problem */
export function loadMailInboxConfig(env: Environment = inheritedEnvironment()): MailInboxConfig {
  const { port, finish } = readingOf(withoutBlanks(env));
  return finish({
    smtpPort: port('MAIL_SMTP_PORT', 1025),
    httpPort: port('MAIL_INBOX_PORT', 8025),
    file: join(homeDirectory(env), 'mail.jsonl'),
  });
}

export interface PayerSandboxConfig {
  port: number;
  /** What it keeps: members and what it was asked. */
  directory: string;
}

/** For payer/main.ts. @throws ConfigError naming every problem */
export function loadPayerSandboxConfig(env: Environment = inheritedEnvironment()): PayerSandboxConfig {
  const { port, finish } = readingOf(withoutBlanks(env));
  return finish({ port: port('PAYER_PORT', 3100), directory: join(homeDirectory(env), 'payer') });
}

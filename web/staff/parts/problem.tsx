/** A refusal as people need it: what happened, what was kept, what to do. */
import { Alert, Button, Group, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api-client.ts';
import { useRefusalReason } from './refusal.ts';

export function asProblem(error: unknown): ProblemError {
  return error instanceof ProblemError ? error : new ProblemError(500, { code: 'internal' });
}

export function useProblemText(): (error: unknown) => string {
  const { t } = useTranslation();
  const reasonOf = useRefusalReason();
  return (error) => {
    const problem = asProblem(error);
    return reasonOf(problem) ?? t(`problem.${problem.code}`);
  };
}

export function ProblemAlert({ error, retry }: { readonly error: unknown; readonly retry?: (() => void) | undefined }) {
  const { t } = useTranslation();
  const reasonOf = useRefusalReason();
  if (error === null || error === undefined) return null;
  const problem = asProblem(error);
  const reason = reasonOf(problem);
  const reference = problem.data['instance'];
  return (
    <Alert
      role="alert"
      className="hs-alert"
      data-tone="bad"
      icon={<IconAlertTriangle aria-hidden />}
      title={t(`problem.${problem.code}`)}
    >
      {reason !== undefined && <Text size="sm">{reason}</Text>}
      {problem.errors.length > 0 && (
        <List size="sm">
          {problem.errors.map((field) => (
            <List.Item key={field.path + field.code}>
              {t(`fieldError.${field.code}`, { defaultValue: `${field.path} ${field.message}` })}
            </List.Item>
          ))}
        </List>
      )}
      {problem.allowed.length > 0 && (
        <Text size="sm">
          {t('problem.allowed')}{' '}
          {problem.allowed.map((action) => t(`action.${action}`, { defaultValue: action })).join(', ')}
        </Text>
      )}
      <Text size="sm">{t(`remedy.${remedyOf(problem)}`)}</Text>
      <Group gap="xs" mt={4}>
        {retry !== undefined && (
          <Button variant="default" onClick={retry}>
            {t('common.tryAgain')}
          </Button>
        )}
        {typeof reference === 'string' && (
          <Text size="xs" c="dimmed">
            {t('problem.requestId', { id: reference.replace('urn:uuid:', '') })}
          </Text>
        )}
      </Group>
    </Alert>
  );
}

type Remedy =
  'offline' | 'unavailable' | 'forbidden' | 'fields' | 'again' | 'choose' | 'other-type' | 'changed' | 'report';

/** What a person can do about it: a few sentences serve the whole vocabulary. */
function remedyOf(problem: ProblemError): Remedy {
  switch (problem.code) {
    case 'offline':
      return 'offline';
    case 'unavailable':
    case 'outcome-unknown':
    case 'rate-limited':
      return 'unavailable';
    case 'forbidden':
    case 'step-up-required':
    case 'overbook-not-permitted':
    case 'hold-not-yours':
      return 'forbidden';
    case 'validation-failed':
    case 'bad-request':
    case 'sign-in-failed':
    case 'guard-failed':
      return 'fields';
    case 'slot-taken':
    case 'outside-availability':
    case 'patient-overlap':
    case 'hold-expired':
    case 'hold-limit':
    case 'local-time-does-not-exist':
    case 'ambiguous-local-time':
      return 'choose';
    case 'patient-not-eligible':
      return 'other-type';
    case 'version-conflict':
    case 'invalid-transition':
    case 'conflict':
    case 'duplicate':
    case 'offer-expired':
    case 'already-waiting':
    case 'already-in-queue':
      return 'changed';
    case 'internal':
      return 'report';
    default:
      return 'again';
  }
}

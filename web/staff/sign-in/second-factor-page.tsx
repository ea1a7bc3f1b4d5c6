/** Set up codes from an authenticator: the first thing for whoever must have one, before any page shows a patient. */
import { Alert, Button, List, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api-client.ts';
import { beginSecondFactor, confirmSecondFactor, stepUp } from '../api/queries.ts';
import { Door } from './door.tsx';
import { FormActions, Loading } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';

export function SecondFactorPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const router = useRouter();
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const begin = useMutation({ mutationFn: beginSecondFactor });
  const again = useMutation({ mutationFn: () => stepUp({ password }), onSuccess: () => begin.mutate() });
  const confirm = useMutation({ mutationFn: () => confirmSecondFactor(code) });
  const { mutate } = begin;
  useEffect(() => mutate(), [mutate]);
  const enter = async (): Promise<void> => {
    client.clear();
    router.history.replace('/');
    await router.invalidate();
  };
  const asksPassword = begin.error instanceof ProblemError && begin.error.code === 'step-up-required';

  return (
    <Door title={t('secondFactor.title')}>
      {confirm.data !== undefined ? (
        <Stack gap="sm">
          <Alert className="hs-alert" data-tone="warn" role="status" title={t('secondFactor.codes')}>
            <List size="sm" className="hs-mono">
              {confirm.data.recoveryCodes.map((one) => (
                <List.Item key={one}>{one}</List.Item>
              ))}
            </List>
            {t('secondFactor.codesHint')}
          </Alert>
          <div>
            <Button autoFocus onClick={() => void enter()}>
              {t('secondFactor.enter')}
            </Button>
          </div>
        </Stack>
      ) : asksPassword ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            again.mutate();
          }}
        >
          <Stack gap="sm">
            <ProblemAlert error={again.error} />
            <Text size="sm">{t('problem.step-up-required')}</Text>
            <PasswordInput
              label={t('signIn.password')}
              autoComplete="current-password"
              autoFocus
              value={password}
              visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <FormActions verb={t('secondFactor.next')} busy={again.isPending} disabled={password === ''} />
          </Stack>
        </form>
      ) : begin.data === undefined ? (
        begin.error === null ? (
          <Loading rows={3} />
        ) : (
          <ProblemAlert error={begin.error} retry={() => mutate()} />
        )
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            confirm.mutate();
          }}
        >
          <Stack gap="sm">
            <Text size="sm">{t('secondFactor.hint')}</Text>
            <Text className="hs-mono" aria-label={t('secondFactor.secret')} role="group">
              {begin.data.secret.replace(/(.{4})(?=.)/g, '$1 ')}
            </Text>
            <a href={begin.data.uri}>{t('secondFactor.open')}</a>
            <ProblemAlert error={confirm.error} />
            <TextInput
              label={t('signIn.code')}
              description={t('signIn.codeHint')}
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            <FormActions verb={t('secondFactor.confirm')} busy={confirm.isPending} disabled={code.trim().length < 6} />
          </Stack>
        </form>
      )}
    </Door>
  );
}

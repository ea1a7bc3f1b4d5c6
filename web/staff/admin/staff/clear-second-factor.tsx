/** Somebody has lost their authenticator: an administrator removes it, and the owner is told. */
import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../../shared/api-client.ts';
import { clearSecondFactor, stepUp } from '../../api/queries.ts';
import type { StaffUser } from '../../api/types.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormActions } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';

/** For who lost telephone and recovery codes. Asks who presses it to confirm who they are when that was a while ago. */
export function ClearSecondFactor({ user }: { readonly user: StaffUser }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const close = (): void => {
    setOpened(false);
    setPassword('');
    setCode('');
    clear.reset();
    again.reset();
  };
  const clear = useMutation({
    mutationFn: () => clearSecondFactor(user.id),
    onSuccess: () => {
      close();
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
  const again = useMutation({
    mutationFn: () => stepUp({ password, ...(code.trim() !== '' && { code: code.trim() }) }),
    onSuccess: () => clear.mutate(),
  });
  const asksPassword = clear.error instanceof ProblemError && clear.error.code === 'step-up-required';
  return (
    <>
      <Button
        variant="default"
        aria-label={t('people.clearFactorOf', { name: user.displayName })}
        onClick={() => setOpened(true)}
      >
        {t('people.clearFactor')}
      </Button>
      <Dialog opened={opened} onClose={close} title={t('people.clearFactorOf', { name: user.displayName })}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (asksPassword) again.mutate();
            else clear.mutate();
          }}
        >
          <Stack gap="sm">
            <Text size="sm">{t('people.clearFactorHint')}</Text>
            {asksPassword ? (
              <>
                <Text size="sm">{t('problem.step-up-required')}</Text>
                <PasswordInput
                  label={t('signIn.password')}
                  autoComplete="current-password"
                  value={password}
                  visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
                  onChange={(event) => setPassword(event.currentTarget.value)}
                />
                <TextInput
                  label={t('people.ownCode')}
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  value={code}
                  onChange={(event) => setCode(event.currentTarget.value)}
                />
                <ProblemAlert error={again.error} />
              </>
            ) : (
              <ProblemAlert error={clear.error} />
            )}
            <FormActions
              verb={t('people.clearFactor')}
              busy={clear.isPending || again.isPending}
              disabled={asksPassword && password === ''}
              cancel={close}
            />
          </Stack>
        </form>
      </Dialog>
    </>
  );
}

/** The door: email and password, a code when the account asks for one, and the way for who forgot. */
import { Stack, Text, TextInput, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api-client.ts';
import { askReset, signIn } from '../api/queries.ts';
import { Door } from './door.tsx';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { LinkAnchor } from '../parts/links.tsx';

interface Credentials {
  email: string;
  password: string;
  code: string;
}

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { t } = useTranslation();
  const { back, ended } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const [needsCode, setNeedsCode] = useState(false);
  const form = useForm<Credentials>({ defaultValues: { email: '', password: '', code: '' } });
  const enter = useMutation({
    mutationFn: (typed: Credentials) =>
      signIn({
        email: typed.email.trim(),
        password: typed.password,
        code: needsCode ? typed.code.replaceAll(' ', '') : undefined,
      }),
    onSuccess: async () => {
      client.clear();
      // Only addresses of this application: `back` comes from the address bar.
      const target = back !== undefined && /^\/(?![/\\])/.test(back) ? back : '/';
      router.history.replace(target);
      await router.invalidate();
    },
    onError: (error) => {
      if (error instanceof ProblemError && error.code === 'second-factor-required') setNeedsCode(true);
    },
  });
  const asksCode = enter.error instanceof ProblemError && enter.error.code === 'second-factor-required';
  return (
    <Door title={t('signIn.title')}>
      <form onSubmit={(event) => void form.handleSubmit((typed) => enter.mutate(typed))(event)} noValidate>
        <Stack gap="sm">
          {back !== undefined && back !== '/' && (
            <Text size="sm">{t(ended === true ? 'signIn.back' : 'signIn.toPage')}</Text>
          )}
          {!asksCode && <ProblemAlert error={enter.error} />}
          <TextInput
            label={t('signIn.email')}
            type="email"
            autoComplete="username"
            autoFocus
            error={form.formState.errors.email?.message}
            {...form.register('email', { required: t('form.required') })}
          />
          <PasswordInput
            label={t('signIn.password')}
            autoComplete="current-password"
            error={form.formState.errors.password?.message}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
            {...form.register('password', { required: t('form.required') })}
          />
          {needsCode && (
            <TextInput
              label={t('signIn.code')}
              description={t('signIn.codeHint')}
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
              error={form.formState.errors.code?.message}
              {...form.register('code', { required: t('form.required') })}
            />
          )}
          <FormActions verb={t('signIn.enter')} busy={enter.isPending} />
          <LinkAnchor to="/forgot-password" size="sm">
            {t('signIn.forgot')}
          </LinkAnchor>
        </Stack>
      </form>
    </Door>
  );
}

export function ForgotPage() {
  const { t } = useTranslation();
  const form = useForm<{ email: string }>({ defaultValues: { email: '' } });
  const ask = useMutation({ mutationFn: ({ email }: { email: string }) => askReset(email.trim()) });
  return (
    <Door title={t('forgot.title')}>
      {ask.isSuccess ? (
        <Stack gap="sm">
          {/* The same words whether the address is known or not: the door does not tell who works here. */}
          <Text role="status">{t('forgot.sent')}</Text>
          <LinkAnchor to="/sign-in" search={{}} size="sm">
            {t('forgot.back')}
          </LinkAnchor>
        </Stack>
      ) : (
        <form onSubmit={(event) => void form.handleSubmit((typed) => ask.mutate(typed))(event)} noValidate>
          <Stack gap="sm">
            <ProblemAlert error={ask.error} />
            <Text size="sm">{t('forgot.hint')}</Text>
            <TextInput
              label={t('signIn.email')}
              type="email"
              autoComplete="username"
              autoFocus
              error={form.formState.errors.email?.message}
              {...form.register('email', { required: t('form.required') })}
            />
            <FormActions verb={t('forgot.send')} busy={ask.isPending} />
            <LinkAnchor to="/sign-in" search={{}} size="sm">
              {t('forgot.back')}
            </LinkAnchor>
          </Stack>
        </form>
      )}
    </Door>
  );
}

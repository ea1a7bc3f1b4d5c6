/** Behind the links of mails: accept an invitation, set a new password. */
import { PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { acceptInvitation, finishReset } from '../api/queries.ts';
import { Door } from './door.tsx';
import { showFieldErrors } from '../parts/form-errors.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { LinkAnchor } from '../parts/links.tsx';

/** NIST SP 800-63B-4: length counts, composition rules do not. */
const minimum = 12;

interface Typed {
  displayName: string;
  password: string;
}

function PasswordForm(props: {
  readonly withName: boolean;
  readonly verb: string;
  readonly send: (typed: Typed) => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const form = useForm<Typed>({ defaultValues: { displayName: '', password: '' } });
  const send = useMutation({
    mutationFn: props.send,
    onError: (error) => showFieldErrors(error, ['displayName', 'password'], form.setError),
  });
  if (send.isSuccess) {
    return (
      <Stack gap="sm">
        <Text role="status">{t('password.done')}</Text>
        <LinkAnchor to="/sign-in" search={{}}>
          {t('password.signIn')}
        </LinkAnchor>
      </Stack>
    );
  }
  return (
    <form onSubmit={(event) => void form.handleSubmit((typed) => send.mutate(typed))(event)} noValidate>
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        {props.withName && (
          <TextInput
            label={t('password.name')}
            autoComplete="name"
            autoFocus
            error={form.formState.errors.displayName?.message}
            {...form.register('displayName', { required: t('form.required') })}
          />
        )}
        <PasswordInput
          label={t('password.new')}
          description={t('password.hint', { minimum })}
          autoComplete="new-password"
          autoFocus={!props.withName}
          error={form.formState.errors.password?.message}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          {...form.register('password', {
            required: t('form.required'),
            minLength: { value: minimum, message: t('password.hint', { minimum }) },
          })}
        />
        <FormActions verb={props.verb} busy={send.isPending} />
      </Stack>
    </form>
  );
}

const resetRoute = getRouteApi('/reset/$token');
export function ResetPage() {
  const { t } = useTranslation();
  const { token } = resetRoute.useParams();
  return (
    <Door title={t('password.resetTitle')}>
      <PasswordForm withName={false} verb={t('password.save')} send={({ password }) => finishReset(token, password)} />
    </Door>
  );
}

const invitationRoute = getRouteApi('/invitation/$token');
export function InvitationPage() {
  const { t } = useTranslation();
  const { token } = invitationRoute.useParams();
  return (
    <Door title={t('password.invitationTitle')}>
      <PasswordForm withName verb={t('password.join')} send={(typed) => acceptInvitation(token, typed)} />
    </Door>
  );
}

/** One key on a visit of the day: done at once when nothing is asked, else its form opens beside the list. */
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';
import { act, caseQuery, readCase } from '../api/queries.ts';
import type { Appointment } from '../api/types.ts';
import { asks, keyNeeds, keyOf } from '../case/forms.ts';
import { useWorkplace } from '../lib/session.ts';
import { useProblemText } from '../parts/problem.tsx';
import { useRefusalReason } from '../parts/refusal.ts';

export function useQuick(
  open: (visit: Appointment, begin: AppointmentAction) => void,
): (visit: Appointment, key: string) => boolean {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const client = useQueryClient();
  const say = useProblemText();
  const reasonOf = useRefusalReason();
  const refuse = (visit: Appointment, action: string, why: string): void =>
    void notifications.show({
      title: t('today.notNow', { action, name: visit.patient.name }),
      message: why,
      color: 'gray',
    });
  const run = async (visit: Appointment, action: AppointmentAction): Promise<void> => {
    const name = t(`action.${action}`);
    try {
      // The server's list decides, read now: a list that was drawn a minute ago may be wrong.
      const view = await readCase(visit.id);
      const allowed = view.allowedActions.find((one) => one.action === action);
      if (allowed?.possible !== true) {
        const refused = allowed?.reason ?? { code: 'invalid-transition' };
        refuse(
          visit,
          name,
          refused.code === 'forbidden'
            ? t('today.roleForbids')
            : (reasonOf(refused) ?? t(`problem.${refused.code}`, { defaultValue: t('problem.guard-failed') })),
        );
        return;
      }
      if (asks[action] !== 'nothing') {
        client.setQueryData(caseQuery(visit.id).queryKey, view);
        open(visit, action);
        return;
      }
      await act(visit.id, action, {});
      notifications.show({ title: visit.patient.name, message: t(`done.${action}`), color: 'accent' });
    } catch (error) {
      notifications.show({
        title: t('today.notNow', { action: name, name: visit.patient.name }),
        message: say(error),
        color: 'red',
      });
    } finally {
      for (const key of ['appointments', 'case', 'tasks']) void client.invalidateQueries({ queryKey: [key] });
    }
  };
  return (visit, key) => {
    const action = keyOf[key];
    if (action === undefined) return false;
    const needed = keyNeeds[key];
    if (needed !== undefined && !can(needed)) refuse(visit, t(`action.${action}`), t('today.roleForbids'));
    else void run(visit, action);
    return true;
  };
}

/** A timer by name, to the second. */
import { Deadline } from '../parts/countdown.tsx';
import { useTimerName } from './timer-name.ts';

export function Timer({ name, at, zone }: { readonly name: string; readonly at: string; readonly zone: string }) {
  const say = useTimerName();
  return (
    <>
      <dt>{say(name)}</dt>
      <dd>
        <Deadline at={at} zone={zone} />
      </dd>
    </>
  );
}

/**
 * `npm run tour`: plays a visit's whole life, how a freed time finds a patient, and a guided intake, against a running `npm start`,
 * narrated, with links. Visits take place in the location that is always open, under policies of seconds, at any hour. Exit 0 only if every step held.
 */
import { loadConfig } from '../config.ts';
import { signIn } from './client/clinic-client.ts';
import { createNarrator, StepFailed } from './tour/narrator.ts';
import { playAppointment } from './tour/appointment.ts';
import { playIntake } from './tour/intake.ts';
import { playWaitlist } from './tour/waitlist.ts';

async function main(): Promise<number> {
  const config = loadConfig(process.env, { roles: [] });
  if (config.mailInboxUrl === undefined)
    throw new Error('The tour reads its mails in the inbox of npm start; here mail goes to a server of your own.');
  const api = `${config.publicUrl}/api/v1`;
  const narrator = createNarrator();
  const password = config.demo.password;
  const desk = await signIn(api, 'frontdesk@demo.healthsphere.example', password);
  const doctor = await signIn(api, 'doctor@demo.healthsphere.example', password);
  const administrator = await signIn(api, 'admin@demo.healthsphere.example', password);
  const stage = { narrator, desk, doctor, administrator, publicUrl: config.publicUrl, inbox: config.mailInboxUrl };
  await playAppointment(stage);
  await playWaitlist(stage);
  await playIntake(stage);
  narrator.say(`\nEverything held: ${narrator.checks} claims checked. Read the mails at ${config.mailInboxUrl}`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const failed = error instanceof StepFailed;
    console.error(
      `\n✗ ${failed ? 'This did not hold: ' : ''}${error instanceof Error ? error.message : String(error)}`,
    );
    if (!failed)
      console.error(
        'Is the clinic running? Start it with npm start in another terminal, wait for "HealthSphere is ready", then run the tour again.',
      );
    process.exit(1);
  },
);

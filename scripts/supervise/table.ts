/** What a person needs to know once the clinic is ready. */
import type { Clinic } from './clinic.ts';

/** The demo users of architecture.md, section 7. */
const demoUsers = ['admin', 'frontdesk', 'doctor', 'nurse', 'biller', 'privacy', 'support', 'patient'];

export function clinicTable(clinic: Clinic, demoPassword: string): string {
  const { addresses } = clinic;
  const rows: [string, string][] = [
    ['Staff', `${addresses.web}/`],
    ['Patients', `${addresses.web}/portal`],
    ['API reference', `${addresses.web}/docs`],
    ['Temporal Web', `${addresses.temporalWeb}  (sign in as biller or admin first)`],
    ...(addresses.mailInbox === '' ? [] : [['Mail inbox', addresses.mailInbox] as [string, string]]),
    ['Temporal', addresses.temporal],
    ...(clinic.database.admin === undefined
      ? []
      : [['Postgres', `127.0.0.1:${new URL(clinic.database.admin).port}`] as [string, string]]),
    ['Data and logs', clinic.home],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  const users = demoUsers.map((user) => `${user}@demo.healthsphere.example`);
  const password = demoPassword === 'healthsphere-demo' ? demoPassword : 'that of HEALTHSPHERE_DEMO_PASSWORD';
  return [
    '',
    ...lines,
    '',
    `  Demo sign-ins, password ${password}:`,
    `    ${users.slice(0, 4).join('  ')}`,
    `    ${users.slice(4).join('  ')}`,
    '',
  ].join('\n');
}

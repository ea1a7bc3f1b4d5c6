/**
 * Roles and what they may do: one matrix, shown to administrators, used by the API's policy, by the pages that hide what
 * will not work, and tested route by route. Deny by default: an action that is not listed for a role is refused.
 */
export const roles = [
  'administrator',
  'front-desk',
  'doctor',
  'nurse',
  'biller',
  'privacy-officer',
  'support',
  'patient',
] as const;
export type Role = (typeof roles)[number];

export const actions = {
  // Appointments
  'appointment:read': 'See appointments',
  'appointment:book': 'Book, hold and request visits',
  'appointment:reschedule': 'Move visits',
  'appointment:cancel': 'Cancel visits',
  'appointment:confirm': 'Record that a patient will come',
  'appointment:approve': 'Approve or refuse visits that need it',
  'appointment:check-in': 'Record arrival, check in, record no-shows',
  'appointment:complete': 'Start and complete visits',
  'appointment:cancel-by-clinic': 'Cancel visits on the clinic’s behalf',
  'appointment:overbook': 'Book beyond capacity, with a reason',
  'appointment:correct': 'Mark a visit as entered in error',
  'waitlist:read': 'See the waitlist and freed times',
  'waitlist:manage': 'Put patients on the waitlist, and steer who is offered a freed time',
  'walk-in:read': 'See the walk-in queues',
  'walk-in:manage': 'Register walk-ins, call, move and transfer them',
  'walk-in:triage': 'Decide on the triage level of walk-ins',
  'schedule:read': 'See the day’s schedule and availability',
  'schedule:manage': 'Change availability, closures, visit types, rooms and pools',
  // Patients
  'patient:read': 'Find patients and see their profile',
  'patient:create': 'Register patients',
  'patient:update': 'Correct a patient’s details',
  'patient:invite': 'Send a patient a link to claim an account',
  // Own things of a patient
  'own-appointment:read': 'See one’s own visits',
  'own-appointment:book': 'Book for oneself',
  'own-appointment:reschedule': 'Move one’s own visits',
  'own-appointment:cancel': 'Cancel one’s own visits',
  'own-appointment:confirm': 'Confirm one’s own visits',
  'own-waitlist:manage': 'Wait for an earlier visit, and answer one’s own offers',
  'own-patient:read': 'See one’s own details',
  'own-patient:update': 'Correct one’s own contact details',
  'own-availability:read': 'See free times that one may book',
  // Money (nothing moves yet)
  'charge:read': 'See proposed fees and deposits',
  'charge:waive': 'Waive a proposed fee, with a reason',
  'charge:post': 'Post proposed fees and deposits to the accounts',
  // Work
  'task:read': 'See staff tasks',
  'task:work': 'Take and finish staff tasks',
  'case:read': 'See a case: state, timers, history',
  'notification:read': 'See what was sent to whom and when',
  // People and the house
  'staff:read': 'See staff and their roles',
  'staff:manage': 'Invite staff, give and take roles, disable sign-ins',
  'policy:manage': 'Change dated policies',
  'audit:read': 'Read the audit trail',
  'workflow:read': 'Look into Temporal Web',
  'workflow:change': 'Change runs in Temporal Web',
  'system:read': 'See system health',
} as const;
export type Action = keyof typeof actions;

const frontDesk: Action[] = [
  'appointment:read',
  'appointment:book',
  'appointment:reschedule',
  'appointment:cancel',
  'appointment:confirm',
  'appointment:approve',
  'appointment:check-in',
  'appointment:cancel-by-clinic',
  'waitlist:read',
  'waitlist:manage',
  'walk-in:read',
  'walk-in:manage',
  'schedule:read',
  'patient:read',
  'patient:create',
  'patient:update',
  'patient:invite',
  'task:read',
  'task:work',
  'case:read',
  'notification:read',
  'charge:read',
  'charge:waive',
];
const clinical: Action[] = [
  'appointment:read',
  'appointment:book',
  'appointment:reschedule',
  'appointment:cancel',
  'appointment:confirm',
  'appointment:approve',
  'appointment:check-in',
  'appointment:complete',
  'appointment:cancel-by-clinic',
  'waitlist:read',
  'waitlist:manage',
  'walk-in:read',
  'walk-in:manage',
  'walk-in:triage',
  'schedule:read',
  'patient:read',
  'patient:create',
  'patient:update',
  'task:read',
  'task:work',
  'case:read',
];

export const matrix: Readonly<Record<Role, readonly Action[]>> = {
  administrator: [
    ...new Set<Action>([
      ...frontDesk,
      ...clinical,
      'charge:post',
      'appointment:overbook',
      'appointment:correct',
      'schedule:manage',
      'staff:read',
      'staff:manage',
      'policy:manage',
      'audit:read',
      'workflow:read',
      'workflow:change',
      'system:read',
    ]),
  ],
  'front-desk': [...frontDesk, 'appointment:overbook'],
  doctor: [...clinical, 'appointment:overbook'],
  nurse: clinical,
  biller: [
    'appointment:read',
    'waitlist:read',
    'schedule:read',
    'patient:read',
    'task:read',
    'task:work',
    'case:read',
    'charge:read',
    'charge:waive',
    'charge:post',
    'workflow:read',
  ],
  'privacy-officer': ['audit:read', 'staff:read', 'patient:read', 'task:read', 'task:work'],
  // Support sees that something is stuck, never whose it is.
  support: ['system:read', 'task:read', 'notification:read'],
  patient: [
    'own-appointment:read',
    'own-appointment:book',
    'own-appointment:reschedule',
    'own-appointment:cancel',
    'own-appointment:confirm',
    'own-waitlist:manage',
    'own-patient:read',
    'own-patient:update',
    'own-availability:read',
  ],
};

export function permissionsOf(held: readonly Role[]): ReadonlySet<Action> {
  return new Set(held.flatMap((role) => matrix[role]));
}

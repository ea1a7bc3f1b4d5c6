/**
 * Every route of the API, once. The router, the OpenAPI document, the inventory test and the typed client of the web
 * applications are made from this list; a path that is not here answers 404.
 */
import * as claims from './routes/account-claims.ts';
import { listAuditEvents } from './routes/audit-events.ts';
import { decodePayloads } from './routes/codec.ts';
import { streamEvents } from './routes/events.ts';
import * as invitations from './routes/invitations.ts';
import * as me from './routes/me.ts';
import * as resets from './routes/password-resets.ts';
import { listRoles } from './routes/roles.ts';
import * as sessions from './routes/sessions.ts';
import * as telehealth from './routes/telehealth.ts';
import * as users from './routes/users.ts';
import * as absences from './routes/absences.ts';
import * as appointments from './routes/appointments.ts';
import * as exceptions from './routes/availability-exceptions.ts';
import * as rules from './routes/availability-rules.ts';
import { findAvailability } from './routes/availability.ts';
import * as cases from './routes/cases.ts';
import * as charges from './routes/charges.ts';
import * as coverages from './routes/coverages.ts';
import * as documents from './routes/documents.ts';
import { cancelDay } from './routes/closures.ts';
import * as chartFacts from './routes/chart-facts.ts';
import * as consents from './routes/consents.ts';
import * as consentVersions from './routes/consent-versions.ts';
import * as minorConsent from './routes/minor-consent-rules.ts';
import * as visitConsents from './routes/visit-consents.ts';
import * as groups from './routes/group-sessions.ts';
import * as guardians from './routes/guardians.ts';
import * as intakeLinks from './routes/intake-links.ts';
import * as locations from './routes/locations.ts';
import * as identityCases from './routes/identity-cases.ts';
import * as identityMatches from './routes/identity-matches.ts';
import * as notifications from './routes/notifications.ts';
import * as patientMerges from './routes/patient-merges.ts';
import * as offers from './routes/offers.ts';
import { exportIntake } from './routes/intake-export.ts';
import * as intakes from './routes/intakes.ts';
import * as openings from './routes/openings.ts';
import { exportPatient } from './routes/patient-export.ts';
import * as patientDetails from './routes/patient-details.ts';
import * as patients from './routes/patients.ts';
import * as policies from './routes/policies.ts';
import * as practitioners from './routes/practitioners.ts';
import * as questionnaires from './routes/questionnaires.ts';
import * as reports from './routes/reports.ts';
import * as pools from './routes/resource-pools.ts';
import * as resources from './routes/resources.ts';
import * as series from './routes/series.ts';
import * as seriesCases from './routes/series-cases.ts';
import * as simulations from './routes/simulations.ts';
import * as staffTasks from './routes/staff-tasks.ts';
import * as visitTypes from './routes/visit-types.ts';
import * as waitlistCases from './routes/waitlist-cases.ts';
import * as waitlistEntries from './routes/waitlist-entries.ts';
import * as queues from './routes/queues.ts';
import * as escalations from './routes/escalations.ts';
import * as onCall from './routes/on-call.ts';
import * as walkIns from './routes/walk-ins.ts';

export const routes = [
  sessions.createSession,
  sessions.listSessions,
  sessions.endCurrentSession,
  sessions.endSession,
  sessions.stepUp,
  me.getMe,
  me.updateMe,
  me.changePassword,
  me.beginSecondFactor,
  me.confirmSecondFactor,
  me.replaceRecoveryCodes,
  me.removeSecondFactor,
  invitations.inviteStaff,
  invitations.listInvitations,
  invitations.revokeInvitation,
  invitations.showInvitation,
  invitations.acceptInvitation,
  resets.askPasswordReset,
  resets.showPasswordReset,
  resets.resetPassword,
  claims.offerAccount,
  claims.readClaimCode,
  claims.showClaim,
  claims.sendClaimCode,
  claims.claimAccount,
  intakeLinks.showIntakeLink,
  intakeLinks.sendIntakeCode,
  intakeLinks.openIntakeLink,
  intakeLinks.renewIntakeLink,
  users.listUsers,
  users.giveRole,
  users.takeRole,
  users.disableUser,
  users.enableUser,
  users.endUserSessions,
  users.clearSecondFactor,
  listRoles,
  listAuditEvents,
  decodePayloads,
  streamEvents,
  locations.listLocations,
  locations.createLocation,
  locations.changeLocation,
  practitioners.listPractitioners,
  practitioners.createPractitioner,
  practitioners.changePractitioner,
  visitTypes.listVisitTypes,
  visitTypes.createVisitType,
  visitTypes.changeVisitType,
  resources.listResources,
  resources.createResource,
  resources.changeResource,
  pools.listResourcePools,
  pools.createResourcePool,
  pools.changeResourcePool,
  rules.listAvailabilityRules,
  rules.createAvailabilityRule,
  rules.changeAvailabilityRule,
  rules.removeAvailabilityRule,
  exceptions.listAvailabilityExceptions,
  exceptions.createAvailabilityException,
  exceptions.removeAvailabilityException,
  patients.listPatients,
  patients.registerPatient,
  patients.showPatient,
  patients.correctPatient,
  exportPatient,
  patientDetails.addPatientName,
  patientDetails.removePatientName,
  patientDetails.addPatientIdentifier,
  patientDetails.removePatientIdentifier,
  patientDetails.addPatientContact,
  patientDetails.removePatientContact,
  patientDetails.recordConsent,
  chartFacts.listChartFacts,
  chartFacts.verifyChartFact,
  consents.listConsentDocuments,
  consents.listPatientConsents,
  consents.showSignedConsent,
  consents.revokePatientConsent,
  consentVersions.listConsentVersions,
  consentVersions.showConsentVersion,
  consentVersions.publishConsentVersion,
  minorConsent.listMinorConsentRules,
  minorConsent.createMinorConsentRule,
  minorConsent.endMinorConsentRuleRoute,
  visitConsents.showVisitConsents,
  visitConsents.askForVisitConsents,
  guardians.listGuardians,
  guardians.addGuardian,
  guardians.endGuardian,
  appointments.bookAppointment,
  appointments.listAppointments,
  appointments.showAppointment,
  appointments.listPatientAppointments,
  appointments.actOn,
  series.previewSeriesRoute,
  series.bookSeries,
  series.showSeries,
  series.changeSeries,
  series.cancelSeries,
  telehealth.showTelehealth,
  telehealth.joinTelehealth,
  groups.openGroupSession,
  groups.listGroupSessions,
  groups.showGroupSession,
  groups.bookSeat,
  groups.changeGroupCapacity,
  groups.cancelGroupSession,
  seriesCases.listPatientSeries,
  seriesCases.showSeriesCase,
  waitlistEntries.joinWaitlist,
  waitlistEntries.listWaitlistEntries,
  waitlistEntries.showWaitlistEntry,
  waitlistEntries.actOnEntry,
  queues.listQueues,
  queues.createQueue,
  queues.changeQueue,
  queues.showQueueDisplay,
  walkIns.arriveWalkIn,
  walkIns.listWalkIns,
  walkIns.showWalkIn,
  walkIns.actOnWalkIn,
  walkIns.showWalkInCase,
  escalations.listEscalationsRoute,
  escalations.previewEscalation,
  escalations.raiseEscalationRoute,
  escalations.showEscalation,
  escalations.actOnEscalation,
  onCall.listOnCallShifts,
  onCall.showOnCallNow,
  onCall.addOnCallShift,
  onCall.removeOnCallShift,
  onCall.listOnCallPeople,
  onCall.setOnCallReach,
  intakes.startIntake,
  intakes.listIntakesRoute,
  intakes.showIntake,
  intakes.showProgress,
  intakes.showStep,
  intakes.saveStep,
  intakes.actOnIntake,
  intakes.showIntakeCase,
  exportIntake,
  openings.listOpenings,
  openings.showOpening,
  openings.actOnOpening,
  offers.listOffers,
  offers.answerOffer,
  cases.listCases,
  cases.showCase,
  identityCases.showEligibilityCase,
  identityCases.showMatchCase,
  identityCases.showMergeCase,
  waitlistCases.showOpeningCase,
  waitlistCases.showEntryCase,
  charges.listCharges,
  charges.waiveCharge,
  charges.undoWaiver,
  charges.postCharge,
  charges.undoPosting,
  documents.uploadDocument,
  documents.listIntakeDocuments,
  documents.getDocument,
  documents.getDocumentState,
  coverages.getIntakeCoverage,
  coverages.listCoverages,
  coverages.putCoverage,
  coverages.askCoverageAgain,
  coverages.endCoverage,
  identityMatches.listIdentityMatches,
  identityMatches.showIdentityMatch,
  identityMatches.linkIdentityMatch,
  identityMatches.markIdentityMatchNew,
  identityMatches.dismissIdentityMatch,
  patientMerges.listPatientMerges,
  patientMerges.previewPatientMerge,
  patientMerges.showPatientMerge,
  patientMerges.createPatientMerge,
  patientMerges.undoPatientMerge,
  staffTasks.listStaffTasks,
  staffTasks.createStaffTask,
  staffTasks.takeTask,
  staffTasks.releaseTask,
  staffTasks.finishTask,
  notifications.listNotifications,
  notifications.listPatientNotifications,
  policies.listPolicies,
  policies.createPolicy,
  questionnaires.listQuestionnaires,
  questionnaires.showQuestionnaire,
  questionnaires.showQuestionnaireVersion,
  questionnaires.createQuestionnaireDraft,
  questionnaires.changeQuestionnaireDraft,
  questionnaires.previewPublication,
  questionnaires.publishQuestionnaire,
  questionnaires.retireQuestionnaire,
  questionnaires.compareQuestionnaires,
  questionnaires.previewQuestionnaire,
  questionnaires.exportQuestionnaire,
  simulations.listSimulationRuns,
  simulations.keepSimulationRun,
  reports.showWaitlistEquity,
  reports.exportWaitlistEquity,
  findAvailability,
  cancelDay,
  absences.declareAbsence,
  absences.listAbsences,
  absences.showAbsence,
  absences.actOnAbsence,
  absences.actOnAbsenceCase,
] as const;

export type Routes = typeof routes;

/** Task queue names are stored in clear by the engine: they say what is done, never for whom. */
export const appointmentTaskQueue = 'appointments';

/** Worker Versioning: all workers of the platform are one deployment; the build id says which code (docs/operations.md). */
export const deploymentName = 'healthsphere';

import type { FieldValues, Path, UseFormSetError } from 'react-hook-form';
import { ProblemError } from '../../shared/api-client.ts';

/** Puts the server's field errors (JSON pointers) beside their fields; says whether any field was found. */
export function showFieldErrors<T extends FieldValues>(
  error: unknown,
  fields: readonly string[],
  setError: UseFormSetError<T>,
): boolean {
  if (!(error instanceof ProblemError)) return false;
  let shown = false;
  for (const { path, message } of error.errors) {
    const name = path.replace(/^\/?(body\/)?/, '').replaceAll('/', '.');
    const field = fields.find((candidate) => candidate === name || name.startsWith(`${candidate}.`));
    if (field === undefined) continue;
    setError(field as Path<T>, { message });
    shown = true;
  }
  return shown;
}

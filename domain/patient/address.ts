/** A FHIR Address as lines: street, then `City, State 02110`. Empty parts leave no trace. */
export function addressLines(address: Readonly<Record<string, unknown>> | null): string[] {
  const text = (key: string) => (typeof address?.[key] === 'string' ? (address[key] as string).trim() : '');
  const line = address?.['line'];
  const street = Array.isArray(line) ? line.filter((l): l is string => typeof l === 'string' && l.trim() !== '') : [];
  const town = [text('city'), [text('state'), text('postalCode')].filter(Boolean).join(' ')].filter(Boolean).join(', ');
  return town === '' ? street : [...street, town];
}

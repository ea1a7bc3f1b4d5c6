/** What the browser may fill in by itself (WCAG 1.3.5), by the question of the default questionnaires. */
const purposes: Readonly<Record<string, string>> = {
  'identity.given': 'given-name',
  'identity.family': 'family-name',
  'identity.birth-date': 'bday',
  'identity.chosen-name': 'nickname',
  'contact.phone': 'tel',
  'contact.email': 'email',
  'contact.address.line1': 'address-line1',
  'contact.address.line2': 'address-line2',
  'contact.address.city': 'address-level2',
  'contact.address.state': 'address-level1',
  'contact.address.postcode': 'postal-code',
  'consents.typed-name': 'name',
};

export const purposeOf = (linkId: string): string | undefined =>
  Object.hasOwn(purposes, linkId) ? purposes[linkId] : undefined;

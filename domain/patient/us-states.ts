/** Names of the states, the federal district and the inhabited territories by USPS code (domain/appointment/telehealth.ts). */
import { usStates } from '../appointment/telehealth.ts';

const english: Readonly<Record<string, string>> = {
  AL: 'Alabama', AK: 'Alaska', AS: 'American Samoa', AZ: 'Arizona', AR: 'Arkansas', CA: 'California', CO: 'Colorado', CT: 'Connecticut',
  DE: 'Delaware', DC: 'District of Columbia', FL: 'Florida', GA: 'Georgia', GU: 'Guam', HI: 'Hawaii', ID: 'Idaho', IL: 'Illinois',
  IN: 'Indiana', IA: 'Iowa', KS: 'Kansas', KY: 'Kentucky', LA: 'Louisiana', ME: 'Maine', MD: 'Maryland', MA: 'Massachusetts',
  MI: 'Michigan', MN: 'Minnesota', MS: 'Mississippi', MO: 'Missouri', MT: 'Montana', NE: 'Nebraska', NV: 'Nevada', NH: 'New Hampshire',
  NJ: 'New Jersey', NM: 'New Mexico', NY: 'New York', NC: 'North Carolina', ND: 'North Dakota', MP: 'Northern Mariana Islands', OH: 'Ohio',
  OK: 'Oklahoma', OR: 'Oregon', PA: 'Pennsylvania', PR: 'Puerto Rico', RI: 'Rhode Island', SC: 'South Carolina', SD: 'South Dakota',
  TN: 'Tennessee', TX: 'Texas', VI: 'U.S. Virgin Islands', UT: 'Utah', VT: 'Vermont', VA: 'Virginia', WA: 'Washington', WV: 'West Virginia',
  WI: 'Wisconsin', WY: 'Wyoming',
}; // prettier-ignore

/** Where Spanish has a name of its own. */
const spanish: Readonly<Record<string, string>> = {
  AS: 'Samoa Americana', DC: 'Distrito de Columbia', HI: 'Hawái', LA: 'Luisiana', MI: 'Míchigan', MS: 'Misisipi', MO: 'Misuri',
  NH: 'Nuevo Hampshire', NJ: 'Nueva Jersey', NM: 'Nuevo México', NY: 'Nueva York', NC: 'Carolina del Norte', ND: 'Dakota del Norte',
  MP: 'Islas Marianas del Norte', OR: 'Oregón', PA: 'Pensilvania', SC: 'Carolina del Sur', SD: 'Dakota del Sur', TX: 'Texas',
  VI: 'Islas Vírgenes de los Estados Unidos', WV: 'Virginia Occidental',
}; // prettier-ignore

export function stateName(code: string, language: string): string {
  return (language.startsWith('es') ? spanish[code] : undefined) ?? english[code] ?? code;
}

/** In the alphabetical order of the language. */
export function stateChoices(language: string): { readonly code: string; readonly name: string }[] {
  return usStates
    .map((code) => ({ code, name: stateName(code, language) }))
    .toSorted((a, b) => a.name.localeCompare(b.name, language));
}

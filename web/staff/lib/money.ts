/** Amounts are kept in the currency's smallest unit; how many of them make one differs (USD 100, JPY 1). */
export function moneyOf(smallest: number, currency: string, language: string): string {
  const format = formatOf(currency, language);
  return format.format(smallest / 10 ** digitsOf(format));
}

/** 25 dollars typed are 2500 cents kept. */
export const toSmallest = (amount: number, currency: string): number =>
  Math.round(amount * 10 ** digitsOf(formatOf(currency, 'en')));
export const fromSmallest = (smallest: number, currency: string): number =>
  smallest / 10 ** digitsOf(formatOf(currency, 'en'));

export const decimalsOf = (currency: string): number => digitsOf(formatOf(currency, 'en'));

const digitsOf = (format: Intl.NumberFormat): number => format.resolvedOptions().maximumFractionDigits ?? 2;

function formatOf(currency: string, language: string): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency });
  } catch {
    // Half-typed in a form.
    return new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }
}

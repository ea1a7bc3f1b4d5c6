/** The shape of one answer: type, bounds, length, options (FHIR R4 data types as docs/questionnaires.md narrows them). */
import { extensionOf, valueOf, type AnswerOption, type Extension, type QuestionnaireItem } from './questionnaire.ts';
import { isCoding, isQuantity, sameCoding, type Finding } from './questionnaire-answers.ts';

type Bare = Omit<Finding, 'linkId' | 'path'>;

/** Code points, where an item says nothing: FHIR allows a megabyte, nobody reads one. */
export const longest = { string: 1000, text: 10_000, openChoice: 250, code: 200 } as const;

const datePattern = /^\d{4}(-\d{2}(-\d{2})?)?$/;
const timePattern = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
const dateTimePattern =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A day that exists; a year alone or with its month where `partial`. */
export function isDate(text: string, partial = false): boolean {
  if (!datePattern.test(text) || (text.length < 10 && !partial)) return false;
  const [year, month = 1, day = 1] = text.split('-').map(Number) as [number, number?, number?];
  if (year < 1 || month < 1 || month > 12) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day >= 1 && day <= days;
}

export const isTime = (text: string): boolean => timePattern.test(text);

export function isDateTime(text: string, partial = false): boolean {
  if (partial && isDate(text, true)) return true;
  const found = dateTimePattern.exec(text);
  return found?.[1] !== undefined && isDate(found[1]);
}

const lengthOf = (text: string): number => [...text].length;

const onlyKeys = (value: object, keys: readonly string[]): boolean =>
  Object.keys(value).every((key) => keys.includes(key));

export function isOptionValue(option: AnswerOption, value: unknown): boolean {
  const offered = valueOf(option);
  if (isCoding(offered)) return isCoding(value) && sameCoding(offered, value);
  return offered === value;
}

/** The first thing that is wrong with it, or null. */
export function shapeFinding(item: QuestionnaireItem, value: unknown): Bare | null {
  if (!hasType(item, value)) return { code: 'type' };
  const options = item.answerOption ?? [];
  if (options.length > 0 && !(item.type === 'open-choice' && typeof value === 'string')) {
    return options.some((option) => isOptionValue(option, value)) ? null : { code: 'not-an-option' };
  }
  if (typeof value === 'string' && ['string', 'text', 'open-choice'].includes(item.type))
    return lengthFinding(item, value);
  if (isQuantity(value)) {
    const unit = extensionOf(item, 'unit')?.valueCoding;
    if (unit !== undefined && value.unit !== undefined && value.unit !== unit.code)
      return { code: 'unit', limit: unit.code };
    if (unit === undefined && value.unit !== undefined && value.unit.length > longest.code) return { code: 'unit' };
    return numberFinding(item, value.value);
  }
  if (typeof value === 'number') return numberFinding(item, value);
  return typeof value === 'string' ? orderFinding(item, value) : null;
}

function hasType(item: QuestionnaireItem, value: unknown): boolean {
  const partial = extensionOf(item, 'partialDate')?.valueBoolean === true;
  switch (item.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2_147_483_647;
    case 'decimal':
      return typeof value === 'number' && Number.isFinite(value);
    case 'quantity':
      return (
        isQuantity(value) &&
        Number.isFinite(value.value) &&
        onlyKeys(value, ['value', 'unit']) &&
        ['string', 'undefined'].includes(typeof value.unit)
      );
    case 'string':
    case 'text':
      return typeof value === 'string';
    case 'date':
      return typeof value === 'string' && isDate(value, partial);
    case 'dateTime':
      return typeof value === 'string' && isDateTime(value, partial);
    case 'time':
      return typeof value === 'string' && isTime(value);
    case 'choice':
      // An option may be a plain text, a number or a day; which of them is asked next.
      return isPlainCoding(value) || typeof value === 'string' || typeof value === 'number';
    case 'open-choice':
      return isPlainCoding(value) || typeof value === 'string';
    case 'attachment': {
      const id: unknown =
        typeof value === 'object' && value !== null ? (value as { documentId?: unknown }).documentId : undefined;
      return typeof id === 'string' && uuid.test(id) && onlyKeys(value as object, ['documentId']);
    }
    default:
      return false;
  }
}

const isPlainCoding = (value: unknown): boolean =>
  isCoding(value) &&
  onlyKeys(value, ['code', 'system', 'display']) &&
  value.code.length <= longest.code &&
  [value.system, value.display].every(
    (text) => text === undefined || (typeof text === 'string' && text.length <= 1000),
  );

function lengthFinding(item: QuestionnaireItem, text: string): Bare | null {
  const standard = item.type === 'text' ? longest.text : item.type === 'string' ? longest.string : longest.openChoice;
  const most = Math.min(item.maxLength ?? standard, longest.text);
  const least = extensionOf(item, 'minLength')?.valueInteger ?? 0;
  if (lengthOf(text) > most) return { code: 'too-long', limit: most };
  return lengthOf(text.trim()) < least ? { code: 'too-short', limit: least } : null;
}

const numberOf = (bound: Extension | undefined): number | undefined =>
  bound?.valueInteger ?? bound?.valueDecimal ?? bound?.valueQuantity?.value;

function numberFinding(item: QuestionnaireItem, value: number): Bare | null {
  const [least, most] = [numberOf(extensionOf(item, 'minValue')), numberOf(extensionOf(item, 'maxValue'))];
  if (least !== undefined && value < least) return { code: 'min', limit: least };
  if (most !== undefined && value > most) return { code: 'max', limit: most };
  const places = extensionOf(item, 'maxDecimalPlaces')?.valueInteger;
  return places !== undefined && decimalsOf(value) > places ? { code: 'decimals', limit: places } : null;
}

/** Digits after the point as it would be written: 1e-7 has seven. */
function decimalsOf(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent));
}

const textOf = (bound: Extension | undefined): string | undefined =>
  bound?.valueDate ?? bound?.valueDateTime ?? bound?.valueTime;

function orderFinding(item: QuestionnaireItem, value: string): Bare | null {
  const [least, most] = [textOf(extensionOf(item, 'minValue')), textOf(extensionOf(item, 'maxValue'))];
  if (least !== undefined && comesBefore(value, least)) return { code: 'min', limit: least };
  return most !== undefined && comesBefore(most, value) ? { code: 'max', limit: most } : null;
}

/** Certainly before, at the precision of both. */
function comesBefore(one: string, other: string): boolean {
  if (one.includes('T') && other.includes('T')) return Date.parse(one) < Date.parse(other);
  const precision = Math.min(one.length, other.length);
  return one.slice(0, precision) < other.slice(0, precision);
}

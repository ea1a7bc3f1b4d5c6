/** What one version says differently from another, as data: a reviewer reads what patients will notice. */
import { allItems, type Questionnaire, type QuestionnaireItem, type QuestionnaireVersion } from './questionnaire.ts';
import { textsOf } from './questionnaire-localization.ts';

export interface FieldChange {
  /** `text`, `required`, `enableWhen`, `answerOption` …, `parent` or `position`. */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ItemChange {
  readonly linkId: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** The English text after (before, where it is removed). */
  readonly text: string | null;
  readonly fields: readonly FieldChange[];
}

export interface TextChange {
  readonly language: string;
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Difference {
  readonly title: FieldChange | null;
  /** In the order of the later version; removed ones first. */
  readonly items: readonly ItemChange[];
  /** Of the translations; the English texts are fields of the items. */
  readonly texts: readonly TextChange[];
}

const fields = [
  'type',
  'text',
  'required',
  'repeats',
  'readOnly',
  'maxLength',
  'enableWhen',
  'enableBehavior',
  'answerOption',
  'initial',
  'extension',
] as const;

type Version = Pick<QuestionnaireVersion, 'definition' | 'translations'>;

/** Null, false and nothing are one; keys in any order: what Postgres gives back is the same as what was sent. */
function canonical(value: unknown): string {
  const sorted = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(sorted);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(
      Object.entries(each)
        .filter(([, inner]) => inner !== undefined)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, sorted(inner)]),
    );
  };
  return value === undefined || value === false || value === null ? 'null' : JSON.stringify(sorted(value));
}

export function differenceOf(before: Version, after: Version): Difference {
  const [old, now] = [placed(before.definition), placed(after.definition)];
  const moved = movedIn(before.definition, after.definition);
  const removed = [...old.values()]
    .filter(({ item }) => !now.has(item.linkId))
    .map(({ item }): ItemChange => ({ linkId: item.linkId, change: 'removed', text: item.text ?? null, fields: [] }));
  const others = [...now.values()].flatMap(({ item, parent }): ItemChange[] => {
    const text = item.text ?? null;
    const was = old.get(item.linkId);
    if (was === undefined) return [{ linkId: item.linkId, change: 'added', text, fields: [] }];
    const changed = fields
      .filter((field) => canonical(was.item[field]) !== canonical(item[field]))
      .map((field): FieldChange => ({ field, before: was.item[field] ?? null, after: item[field] ?? null }));
    if (was.parent !== parent) changed.push({ field: 'parent', before: was.parent, after: parent });
    else if (moved.has(item.linkId))
      changed.push({ field: 'position', before: was.index, after: now.get(item.linkId)!.index });
    return changed.length === 0 ? [] : [{ linkId: item.linkId, change: 'changed', text, fields: changed }];
  });
  const [was, is] = [before.definition.title, after.definition.title];
  return {
    title: was === is ? null : { field: 'title', before: was, after: is },
    items: [...removed, ...others],
    texts: textChanges(before, after),
  };
}

interface Placed {
  readonly item: QuestionnaireItem;
  readonly parent: string | null;
  readonly index: number;
}

function placed(questionnaire: Questionnaire): ReadonlyMap<string, Placed> {
  const found = new Map<string, Placed>();
  const walk = (items: readonly QuestionnaireItem[], parent: string | null): void =>
    items.forEach((item, index) => {
      found.set(item.linkId, { item, parent, index });
      walk(item.item ?? [], item.linkId);
    });
  walk(questionnaire.item, null);
  return found;
}

/** Among the items that both have under one parent: those outside the longest common order. What is inserted moves nobody. */
function movedIn(before: Questionnaire, after: Questionnaire): ReadonlySet<string> {
  const children = (questionnaire: Questionnaire): ReadonlyMap<string | null, readonly string[]> =>
    new Map([
      [null, questionnaire.item.map(({ linkId }) => linkId)],
      ...allItems(questionnaire).map(({ linkId, item }): [string, string[]] => [
        linkId,
        (item ?? []).map((child) => child.linkId),
      ]),
    ]);
  const old = children(before);
  const moved = new Set<string>();
  for (const [parent, now] of children(after)) {
    const was = old.get(parent) ?? [];
    const [one, other] = [was.filter((id) => now.includes(id)), now.filter((id) => was.includes(id))];
    const common = new Set(longestCommon(one, other));
    for (const id of other) if (!common.has(id)) moved.add(id);
  }
  return moved;
}

/** Both hold the same ids, each once: the longest rising run of their positions. */
function longestCommon(one: readonly string[], other: readonly string[]): string[] {
  const position = new Map(one.map((id, index) => [id, index]));
  const best: { length: number; before: number }[] = [];
  for (const [index, id] of other.entries()) {
    best[index] = { length: 1, before: -1 };
    for (let earlier = 0; earlier < index; earlier += 1) {
      if (position.get(other[earlier]!)! < position.get(id)! && best[earlier]!.length + 1 > best[index].length) {
        best[index] = { length: best[earlier]!.length + 1, before: earlier };
      }
    }
  }
  let at = best.reduce((top, each, index) => (each.length > (best[top]?.length ?? 0) ? index : top), -1);
  const run: string[] = [];
  for (; at >= 0; at = best[at]!.before) run.unshift(other[at]!);
  return run;
}

function textChanges(before: Version, after: Version): TextChange[] {
  const languages = [...new Set([...Object.keys(before.translations), ...Object.keys(after.translations)])].toSorted();
  const order = [...new Set([...textsOf(after.definition).keys(), ...textsOf(before.definition).keys()])];
  const say = ({ translations }: Version, language: string, key: string): string | null => {
    const texts = Object.hasOwn(translations, language) ? translations[language]! : {};
    return Object.hasOwn(texts, key) ? texts[key]! : null;
  };
  return languages.flatMap((language) =>
    order
      .map((key): TextChange => ({
        language,
        key,
        before: say(before, language, key),
        after: say(after, language, key),
      }))
      .filter((each) => each.before !== each.after),
  );
}

/**
 * One question a page, or one small group: what a patient's portal walks through. A group is one page if it says so
 * (itemControl `page`), or if all it holds is at most four questions; a repeating group is always one page, with its rows.
 */
import { enabledItems, type EnabledItem } from './questionnaire-evaluation.ts';
import {
  isHidden,
  isQuestion,
  isRepeatingGroup,
  itemControlOf,
  type Questionnaire,
  type QuestionnaireItem,
} from './questionnaire.ts';
import type { Answers } from './questionnaire-answers.ts';

export interface QuestionPage {
  /** The linkId of the question or group that the page is about: stays the same while answers change. */
  readonly key: string;
  /** Groups around it, from the outside in, whose texts are headings; the page's own group is the last. */
  readonly groups: readonly QuestionnaireItem[];
  /** What stands on it, in order: displays and questions; of a repeating group the group itself alone. */
  readonly items: readonly QuestionnaireItem[];
}

const smallGroup = 4;

/** Help stands inside its question and comes with it. */
const isShown = ({ item, groups }: EnabledItem): boolean =>
  ![item, ...groups].some(isHidden) && groups.every(({ type }) => type === 'group');

/** The pages that there are with these answers. A text (display) goes with the question after it, at the end with the last. */
export function pagesOf(questionnaire: Questionnaire, answers: Answers): QuestionPage[] {
  const shown = enabledItems(questionnaire, answers).filter((each) => each.place.length === 0 && isShown(each));
  const pages: { key: string; groups: readonly QuestionnaireItem[]; items: QuestionnaireItem[] }[] = [];
  let waiting: { item: QuestionnaireItem; groups: readonly QuestionnaireItem[] }[] = [];
  let together: QuestionnaireItem | null = null;

  for (const { item, groups } of shown) {
    // Displays wait only for a question of their own group; a text after it stays on the page before.
    const lost = waiting.filter((each) => !groups.includes(each.groups.at(-1)!) && each.groups.length > 0);
    if (lost.length > 0 && pages.length > 0) pages.at(-1)!.items.push(...lost.map((each) => each.item));
    waiting = waiting.filter((each) => !lost.includes(each) || pages.length === 0);

    const around = groups.find((group) => isOnePage(group));
    if (item.type === 'group' && !isRepeatingGroup(item)) continue;
    if (item.type === 'display') {
      if (around !== undefined && around === together) pages.at(-1)!.items.push(item);
      else waiting.push({ item, groups });
      continue;
    }
    const first = waiting.map((each) => each.item);
    waiting = [];
    if (around === undefined || isRepeatingGroup(item)) {
      pages.push({ key: item.linkId, groups, items: [...first, item] });
      together = null;
    } else if (around === together) pages.at(-1)!.items.push(...first, item);
    else {
      pages.push({ key: around.linkId, groups: groups.slice(0, groups.indexOf(around) + 1), items: [...first, item] });
      together = around;
    }
  }
  if (waiting.length > 0) {
    const rest = waiting.map((each) => each.item);
    if (pages.length > 0) pages.at(-1)!.items.push(...rest);
    else pages.push({ key: rest[0]!.linkId, groups: waiting[0]!.groups, items: rest });
  }
  return pages;
}

/** Whether its questions stand on one page. Counts what may be asked, not what is: a page does not fall apart at an answer. */
function isOnePage(group: QuestionnaireItem): boolean {
  if (isRepeatingGroup(group)) return false;
  if (itemControlOf(group) === 'page') return true;
  const children = (group.item ?? []).filter((item) => !isHidden(item));
  const questions = children.filter(isQuestion);
  const simple = children.every(({ type }) => type !== 'group');
  return simple && questions.length > 0 && questions.length <= smallGroup;
}

/** What axe finds on a page, by WCAG 2.2 AA and its own best practice. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** @returns one line a finding: its rule and the elements */
export async function axeFindings(page: Page): Promise<string[]> {
  // Its other mode opens a page of its own for each reading, for frames that come from elsewhere; there are none here.
  const { violations } = await new AxeBuilder({ page })
    // Naming every element that passes takes longer than finding the ones that do not.
    .options({ resultTypes: ['violations'] })
    .withTags(tags)
    .setLegacyMode()
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

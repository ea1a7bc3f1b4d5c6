/** Which freed time came of which, as a tree: each acceptance gives up a later visit, whose time is offered in turn. */
import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OpeningStory } from '../api/types.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';

interface Link {
  readonly id: string;
  readonly relation: OpeningStory['chain'][number]['relation'] | 'here';
  readonly start: string;
  readonly timeZone: string;
  readonly state: OpeningStory['state'];
  readonly cascadeDepth: number;
}

export function Chain({ opening }: { readonly opening: OpeningStory }) {
  const { t } = useTranslation();
  const links = [...opening.chain, { ...opening, relation: 'here' as const }].toSorted(
    (a, b) => a.cascadeDepth - b.cascadeDepth || (a.start < b.start ? -1 : 1),
  );
  return (
    <section aria-labelledby="chain">
      <Title order={2} mb={4} id="chain">
        {t('opening.chain')}
      </Title>
      <Text size="sm" className="hs-quiet">
        {t('opening.chainHint')}
      </Text>
      <Level links={links} />
    </section>
  );
}

/** An acceptance frees one time at most, so whatever is deeper hangs on what stands above it. */
function Level({ links }: { readonly links: readonly Link[] }) {
  const depth = links[0]?.cascadeDepth;
  const here = links.filter((link) => link.cascadeDepth === depth);
  const below = links.filter((link) => link.cascadeDepth !== depth);
  return (
    <ul className="hs-tree">
      {here.map((link, index) => (
        <li key={link.id}>
          <One link={link} />
          {index === here.length - 1 && below.length > 0 && <Level links={below} />}
        </li>
      ))}
    </ul>
  );
}

function One({ link }: { readonly link: Link }) {
  const { t, i18n } = useTranslation();
  const when = dateTimeOf(link.start, link.timeZone, i18n.language);
  const state = t(`openingState.${link.state}`);
  if (link.relation === 'here') {
    return (
      <b aria-current="true">
        <span className="hs-num">{when}</span> · {state} ({t('opening.chainHere')})
      </b>
    );
  }
  return (
    <>
      <LinkAnchor to="/openings/$id" params={{ id: link.id }} size="sm">
        <span className="hs-num">{when}</span> · {state}
      </LinkAnchor>
      {link.relation === 'resumed-by' && <span className="hs-quiet"> · {t('opening.resumes')}</span>}
    </>
  );
}

/** What intakes left in the chart: each word with its source, and whether somebody has looked at it. */
import { Button, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { chartFactsQuery, verifyChartFact } from '../api/chart-facts.ts';
import type { ChartFact, Verdict } from '../api/chart-facts.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Answered } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';
import type { Tone } from '../parts/states.tsx';
import { useChange } from './use-change.ts';

const kinds = [
  'allergy',
  'medication',
  'condition',
  'procedure',
  'family-member',
  'social',
  'demographics',
  'address',
] as const satisfies readonly ChartFact['kind'][];

const tones: Readonly<Record<ChartFact['verification'], Tone>> = {
  unconfirmed: 'warn',
  confirmed: 'good',
  refuted: 'bad',
  'entered-in-error': 'neutral',
};

interface Props {
  readonly patientId: string;
  readonly mayVerify: boolean;
}

export function ChartFacts({ patientId, mayVerify }: Props) {
  const { t, i18n } = useTranslation();
  const query = useQuery(chartFactsQuery(patientId, i18n.language));
  return (
    <section className="hs-card" aria-label={t('chartFacts.title')}>
      <Title order={2}>{t('chartFacts.title')}</Title>
      <Answered query={query}>
        {({ items }) => (
          <div className="hs-chart-facts">
            {kinds.map((kind) => (
              <Kind
                key={kind}
                kind={kind}
                facts={items.filter((fact) => fact.kind === kind)}
                patientId={patientId}
                mayVerify={mayVerify}
              />
            ))}
          </div>
        )}
      </Answered>
    </section>
  );
}

/** An empty list says that nobody was asked; "none" is a line of its own. */
function Kind({ kind, facts, ...props }: Props & { kind: ChartFact['kind']; facts: readonly ChartFact[] }) {
  const { t } = useTranslation();
  const earlier = facts.filter(({ inForce }) => !inForce);
  const present = facts.filter(({ inForce }) => inForce);
  return (
    <section aria-label={t(`chartFacts.kind.${kind}`)}>
      <Title order={3}>{t(`chartFacts.kind.${kind}`)}</Title>
      {present.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('chartFacts.notAsked')}
        </Text>
      )}
      <ul className="hs-plain-list">
        {present.map((fact) => (
          <Fact key={fact.id} fact={fact} {...props} />
        ))}
      </ul>
      {earlier.length > 0 && (
        <details>
          <summary>{t('chartFacts.earlier', { count: earlier.length })}</summary>
          <ul className="hs-plain-list">
            {earlier.map((fact) => (
              <Fact key={fact.id} fact={fact} {...props} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Fact({ fact, patientId, mayVerify }: Props & { readonly fact: ChartFact }) {
  const { t } = useTranslation();
  const verify = useChange(patientId, (body: Verdict) => verifyChartFact(patientId, fact.id, body));
  const { kind } = fact;
  const what = useWords(fact);
  const verifiable = kind === 'allergy' || kind === 'medication' ? kind : null;
  return (
    <li>
      <Group gap="xs" justify="space-between">
        <div className="hs-chart-fact">
          <Text size="sm" component="div">
            {what}
          </Text>
          <Group gap="xs">
            <Badge tone={tones[fact.verification]}>{t(`chartFacts.verification.${fact.verification}`)}</Badge>
            {fact.contradicted && <Badge tone="bad">{t('chartFacts.contradicted')}</Badge>}
            <Source fact={fact} />
          </Group>
        </div>
        {mayVerify && verifiable !== null && fact.inForce && (
          <Group gap="xs">
            {(['confirmed', 'refuted'] as const)
              .filter((verdict) => verdict !== fact.verification || fact.contradicted)
              .map((verdict) => (
                <Button
                  key={verdict}
                  variant="default"
                  disabled={verify.isPending}
                  aria-label={t(verdict === 'confirmed' ? 'chartFacts.confirmOf' : 'chartFacts.refuteOf', { what })}
                  onClick={() => verify.mutate({ kind: verifiable, verdict })}
                >
                  {t(verdict === 'confirmed' ? 'chartFacts.confirm' : 'chartFacts.refute')}
                </Button>
              ))}
          </Group>
        )}
      </Group>
      {kind === 'demographics' && <Lines fact={fact} />}
      <ProblemAlert error={verify.error} />
    </li>
  );
}

/** Who chose not to say has answered. */
const wordOf = (answer: string, t: (key: string) => string): string =>
  answer === 'asked-declined' ? t('intakes.declined') : answer;

function useWords(fact: ChartFact): string {
  const { t } = useTranslation();
  const { kind, address } = fact;
  if (fact.noneKnown) return t(`chartFacts.none.${kind}`);
  if (kind === 'demographics') return '';
  if (address !== null) {
    return [
      t(`chartFacts.use.${address.use}`),
      address.text,
      address.from === null ? '' : t('chartFacts.from', { from: address.from }),
      address.until === null ? '' : t('chartFacts.until', { at: address.until }),
    ]
      .filter(Boolean)
      .join(' · ');
  }
  return fact.lines
    .flatMap(({ question, answers }) => {
      // "Have you ever had surgery? Yes" is said by the surgery itself.
      const said = answers
        .filter((answer) => typeof answer === 'string')
        .map((answer) => wordOf(answer, t))
        .join(', ');
      return said === '' ? [] : [kind === 'social' && question !== null ? `${question} ${said}` : said];
    })
    .join(' · ');
}

function Lines({ fact }: { readonly fact: ChartFact }) {
  const { t } = useTranslation();
  return (
    <dl className="hs-chart-lines">
      {fact.lines.map(({ question, answers }, n) => (
        <div key={n}>
          <dt>{question}</dt>
          <dd>
            {answers
              .map((answer) =>
                typeof answer !== 'boolean' ? wordOf(answer, t) : t(answer ? 'common.yes' : 'common.no'),
              )
              .join(', ')}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Source({ fact }: { readonly fact: ChartFact }) {
  const { t, i18n } = useTranslation();
  const { zone, can } = useWorkplace();
  const at = (instant: string) => dateTimeOf(instant, zone, i18n.language);
  return (
    <Text size="xs" className="hs-quiet hs-num">
      {fact.intakeId !== null && can('intake:read') ? (
        <LinkAnchor size="xs" to="/intakes/$id" params={{ id: fact.intakeId }}>
          {t('chartFacts.source', { at: at(fact.recordedAt) })}
        </LinkAnchor>
      ) : (
        t('chartFacts.recorded', { at: at(fact.recordedAt) })
      )}
      {fact.verifiedAt !== null && ` · ${t('chartFacts.verifiedOn', { at: at(fact.verifiedAt) })}`}
      {fact.endedAt !== null && ` · ${t('chartFacts.until', { at: at(fact.endedAt) })}`}
    </Text>
  );
}

/** The equity report of one month: who waits, how often each group is offered a freed time, and what comes of it. */
import { Button, Group, Text, TextInput, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { equityDimensions } from '../../../domain/waitlist/waitlist-equity.ts';
import { equityQuery, type EquityReport, type EquityRow } from '../api/reports.ts';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { Badge } from '../parts/states.tsx';
import { useGroupName } from './group-words.ts';
import './reports.css';

const here = getRouteApi('/frame/reports/waitlist-equity');

export function EquityPage() {
  const { t } = useTranslation();
  const { month } = here.useSearch();
  const navigate = useNavigate();
  const report = useQuery(equityQuery(month));
  const shown = month ?? report.data?.month ?? '';
  return (
    <Page
      title={t('equity.title')}
      actions={
        report.data !== undefined &&
        report.data.groups.length > 0 && (
          <Button
            component="a"
            variant="default"
            href={`/api/v1/reports/waitlist-equity/csv?month=${report.data.month}`}
            download
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t('equity.export')}
          </Button>
        )
      }
    >
      <Text size="sm" className="hs-prose">
        {t('equity.hint')}
      </Text>
      <Group>
        <TextInput
          type="month"
          label={t('equity.month')}
          description={t('equity.monthHint')}
          placeholder="YYYY-MM"
          value={shown}
          {...(report.data === undefined ? {} : { max: report.data.latestMonth })}
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (/^20\d{2}-(0[1-9]|1[0-2])$/.test(value))
              void navigate({ to: '/reports/waitlist-equity', search: { month: value }, replace: true });
          }}
        />
      </Group>
      <Answered query={report}>{(data) => <Report report={data} />}</Answered>
    </Page>
  );
}

function Report({ report }: { readonly report: EquityReport }) {
  const { t, i18n } = useTranslation();
  const groupName = useGroupName();
  const name = new Intl.DateTimeFormat(i18n.language, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    Date.parse(`${report.month}-01T00:00:00Z`),
  );
  if (report.groups.length === 0)
    return <Empty title={t('equity.none', { month: name })} hint={t('equity.noneHint')} />;
  const flagged = report.groups.filter(({ askedTooLittle }) => askedTooLittle === true);
  const number = new Intl.NumberFormat(i18n.language);
  const total = (count: number | null): string =>
    count === null ? t('equity.masked', { count: report.smallest }) : number.format(count);
  return (
    <>
      <div className="hs-equity-said" data-tone={flagged.length > 0 ? 'warn' : 'good'} role="status">
        <Text size="sm" fw={600}>
          {flagged.length > 0
            ? t('equity.flagged', { count: flagged.length, month: name })
            : t('equity.noFlag', { month: name })}
        </Text>
        {flagged.length > 0 && (
          <ul>
            {flagged.map((row) => (
              <li key={`${row.dimension}/${row.group}`}>
                {t(`equity.dimension.${row.dimension}`)}: {groupName(row.dimension, row.group)}
              </li>
            ))}
          </ul>
        )}
      </div>
      <Text size="sm">
        {t('equity.totals', {
          entries: total(report.totals.entries),
          offers: total(report.totals.offers),
          accepted: total(report.totals.accepted),
        })}
      </Text>
      {equityDimensions.map((dimension) => (
        <Dimension key={dimension} name={dimension} report={report} />
      ))}
      <section aria-labelledby="not-on-record">
        <Title order={2} id="not-on-record">
          {t('equity.notOnRecord')}
        </Title>
        <ul>
          {report.notOnRecord.map((dimension) => (
            <li key={dimension}>
              {t(`equity.dimension.${dimension}`)}: {t('equity.notYet')}
            </li>
          ))}
        </ul>
      </section>
      <Text size="xs" className="hs-quiet">
        {t('equity.masking', { count: report.smallest })}
      </Text>
    </>
  );
}

function Dimension({
  name,
  report,
}: {
  readonly name: (typeof equityDimensions)[number];
  readonly report: EquityReport;
}) {
  const { t, i18n } = useTranslation();
  const groupName = useGroupName();
  const formats = {
    count: new Intl.NumberFormat(i18n.language),
    share: new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 }),
    rate: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 3 }),
  };
  const rows = report.groups.filter(({ dimension }) => dimension === name);
  const cells: readonly (readonly [keyof EquityRow & string, keyof typeof formats])[] = [
    ['entries', 'count'],
    ['offers', 'count'],
    ['offersPerEntryDay', 'rate'],
    ['accepted', 'count'],
    ['acceptance', 'share'],
    ['medianDaysGained', 'count'],
  ];
  const show = (row: EquityRow, column: keyof EquityRow, format: keyof typeof formats): string => {
    const value = row[column];
    if (typeof value === 'number') return formats[format].format(value);
    return column === 'medianDaysGained' ? t('equity.tooFew') : t('equity.hidden');
  };
  return (
    <section aria-labelledby={`equity-${name}`}>
      <Title order={2} id={`equity-${name}`}>
        {t(`equity.dimension.${name}`)}
      </Title>
      <div
        className="hs-scroll"
        tabIndex={0}
        role="region"
        aria-label={t('equity.table', { name: t(`equity.dimension.${name}`) })}
      >
        <table className="hs-table hs-equity">
          <thead>
            <tr>
              <th scope="col">{t('equity.group')}</th>
              <th scope="col">{t('equity.flag')}</th>
              {cells.map(([column]) => (
                <th key={column} scope="col">
                  {t(`equity.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.group}>
                <th scope="row">{groupName(row.dimension, row.group)}</th>
                <td>
                  {row.askedTooLittle === null ? (
                    <span className="hs-quiet">{t('equity.tooSmall')}</span>
                  ) : row.askedTooLittle ? (
                    <Badge tone="warn">{t('equity.tooLittle')}</Badge>
                  ) : (
                    t('equity.alike')
                  )}
                </td>
                {cells.map(([column, format]) => (
                  <td key={column} className="hs-num">
                    {show(row, column, format)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The frame of every page behind the door: top bar, navigation by role, and the way back in when a session ends. */
import { ActionIcon, AppShell, Burger, Group, NativeSelect, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCommand } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api-client.ts';
import { useLive } from '../api/live.ts';
import { locationsQuery, meQuery } from '../api/queries.ts';
import type { Me } from '../api/types.ts';
import { choseLanguage, switchLanguage } from '../lib/i18n.ts';
import { WorkplaceContext } from '../lib/session.ts';
import type { Workplace } from '../lib/session.ts';
import { Loading } from '../parts/page.tsx';
import { UrgentBanner } from '../escalations/banner.tsx';
import { LiveDot } from './live-dot.tsx';
import { Navigation } from './navigation.tsx';
import { PersonMenu } from './person-menu.tsx';
import { TopSearch } from './top-search.tsx';
import { isTyping } from './is-typing.ts';

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));
const rememberedPlace = 'hs-location';

export function Frame() {
  const { data: me, error } = useQuery(meQuery);
  const navigate = useNavigate();
  const here = useLocation({ select: (location) => location.href });
  const signedOut = error instanceof ProblemError && error.status === 401;
  useEffect(() => {
    if (signedOut) void navigate({ to: '/sign-in', search: { back: here, ended: true }, replace: true });
  }, [signedOut, here, navigate]);
  useEffect(() => {
    if (me !== undefined && !choseLanguage()) void switchLanguage(me.locale.slice(0, 2));
  }, [me]);
  if (me === undefined || signedOut) return <Loading />;
  return <Signed me={me} />;
}

function Signed({ me }: { readonly me: Me }) {
  const { t } = useTranslation();
  const live = useLive();
  const [navOpen, nav] = useDisclosure(false);
  const [paletteUsed, setPaletteUsed] = useState(false);
  const [chosen, choose] = useState(() => localStorage.getItem(rememberedPlace) ?? '');
  const known = useQuery(locationsQuery);
  const locations = useMemo(() => (known.data?.items ?? []).filter((location) => location.active), [known.data]);
  const location = locations.find((candidate) => candidate.id === chosen) ?? locations[0];
  const path = useLocation({ select: (current) => current.pathname });
  const { close: closeNav } = nav;
  useEffect(() => closeNav(), [path, closeNav]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setPaletteUsed(true);
        window.dispatchEvent(new CustomEvent('hs:palette'));
      } else if (event.key === '/' && !isTyping(event.target)) {
        event.preventDefault();
        document.getElementById('hs-search')?.focus();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  const workplace = useMemo<Workplace>(
    () => ({
      me,
      location,
      locations,
      choose: (id) => {
        localStorage.setItem(rememberedPlace, id);
        choose(id);
      },
    }),
    [me, location, locations],
  );

  return (
    <WorkplaceContext value={workplace}>
      <a className="hs-skip" href="#main">
        {t('frame.skip')}
      </a>
      <AppShell
        header={{ height: { base: 92, sm: 52 } }}
        navbar={{ width: 200, breakpoint: 'md', collapsed: { mobile: !navOpen } }}
        padding={0}
        transitionDuration={0}
      >
        <AppShell.Header className="hs-top">
          <Group gap="xs" wrap="nowrap" className="hs-top-start">
            <Burger
              opened={navOpen}
              onClick={nav.toggle}
              hiddenFrom="md"
              size="sm"
              aria-label={navOpen ? t('frame.closeMenu') : t('frame.openMenu')}
              aria-expanded={navOpen}
              aria-controls="hs-nav"
            />
            <Text component={Link} to="/" className="hs-brand">
              HealthSphere
            </Text>
            {locations.length > 1 ? (
              <NativeSelect
                size="xs"
                aria-label={t('frame.location')}
                value={location?.id ?? ''}
                onChange={(event) => workplace.choose(event.currentTarget.value)}
                data={locations.map((item) => ({ value: item.id, label: item.name }))}
                className="hs-place"
              />
            ) : (
              <Text size="sm" c="dimmed" truncate className="hs-place">
                {location?.name ?? t('frame.noLocation')}
              </Text>
            )}
          </Group>
          <div className="hs-top-search">{me.permissions.includes('patient:read') && <TopSearch />}</div>
          <Group gap={4} wrap="nowrap" className="hs-top-end">
            <LiveDot state={live} />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={32}
              aria-label={t('frame.palette')}
              aria-keyshortcuts="Control+K"
              title={t('frame.palette')}
              onClick={() => {
                setPaletteUsed(true);
                window.dispatchEvent(new CustomEvent('hs:palette'));
              }}
            >
              <IconCommand size={18} aria-hidden />
            </ActionIcon>
            <PersonMenu me={me} />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar id="hs-nav" className="hs-nav" aria-label={t('frame.navigation')}>
          <Navigation />
        </AppShell.Navbar>
        <AppShell.Main id="main" tabIndex={-1}>
          {live === 'away' && (
            <p className="hs-away" role="status">
              {t('live.awayHint')}
            </p>
          )}
          <UrgentBanner />
          {/* Forms begin with the place and its day: they are not drawn before it is known. */}
          <Suspense fallback={<Loading />}>{known.isPending ? <Loading /> : <Outlet />}</Suspense>
        </AppShell.Main>
      </AppShell>
      {paletteUsed && (
        <Suspense fallback={null}>
          <Palette />
        </Suspense>
      )}
    </WorkplaceContext>
  );
}

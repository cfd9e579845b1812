/** The bar at the head of every page, and the one at the foot on a phone. */
import { useSelector } from '@xstate/store-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { hasRole, type Role } from '../../contract/roles.ts';
import { WEB_PAGES } from '../../contract/web-pages.ts';
import { prefs, shownTheme } from '../stores/prefs.ts';
import { parseQuery, searchOf } from '../stores/query.ts';
import { session } from '../stores/session.ts';
import { tray } from '../stores/tray.ts';
import { waiting } from '../stores/waiting.ts';
import { num } from '../words/format.ts';
import { frameWords } from '../words/frame.ts';
import { useWords } from '../words/words.ts';
import { Icon, Mark } from './icons.tsx';
import { Menu } from './menu.tsx';
import { PersonMenu } from './person.tsx';
import { PLACES, type Place } from './places.ts';

const TRASH = WEB_PAGES.library + searchOf({ ...parseQuery(''), trash: true });

export function Bar() {
  const words = useWords(frameWords);
  const role = useSelector(session, ({ context }) => context.me?.role ?? 'viewer');
  return (
    <header className="bar">
      <a className="skip" href={`${location.pathname}${location.search}#main`}>
        {words.skip}
      </a>
      <Link className="brand" href={WEB_PAGES.library}>
        <Mark />
        tuodi
      </Link>
      <nav aria-label={words.places}>
        {placesFor(role).map((place) => (
          <PlaceLink key={place.page} place={place}>
            {words[place.page]}
          </PlaceLink>
        ))}
      </nav>
      <div className="tools">
        {isEditor(role) ? (
          <button type="button" className="b first" onClick={() => tray.trigger.open()}>
            <Icon name="plus" />
            {words.add} <kbd>A</kbd>
          </button>
        ) : null}
        <LanguageButton />
        <ThemeButton />
        <PersonMenu />
      </div>
    </header>
  );
}

export function Foot() {
  const words = useWords(frameWords);
  const role = useSelector(session, ({ context }) => context.me?.role ?? 'viewer');
  const [shown, more] = [placesFor(role).filter(({ in_more }) => !in_more), placesFor(role).filter(({ in_more }) => in_more)];
  const item = (place: Place | undefined) =>
    place ? (
      <PlaceLink place={place}>
        <Icon name={place.icon} />
        {words[place.page]}
      </PlaceLink>
    ) : (
      <span />
    );
  return (
    <nav className="foot" aria-label={words.places}>
      {item(shown[0])}
      {item(shown[1])}
      {isEditor(role) ? (
        <button type="button" className="plus" aria-label={words.add} onClick={() => tray.trigger.open()}>
          <Icon name="plus" />
        </button>
      ) : (
        <span />
      )}
      {item(shown[2])}
      <Menu
        label={words.more}
        className="foot-more"
        button={
          <>
            <Icon name="more" />
            {words.more}
          </>
        }
      >
        {(close) => (
          <>
            {more.map(({ page, icon }) => (
              <Link key={page} href={WEB_PAGES[page]} onClick={close}>
                <Icon name={icon} />
                {words[page]}
              </Link>
            ))}
            <Link href={TRASH} onClick={close}>
              <Icon name="trash" />
              {words.trash}
            </Link>
          </>
        )}
      </Menu>
    </nav>
  );
}

const placesFor = (role: Role): readonly Place[] => PLACES.filter(({ role: least, ready }) => ready && hasRole(role, least));
const isEditor = (role: Role) => hasRole(role, 'editor');

function PlaceLink({ place, children }: { place: Place; children: ReactNode }) {
  const [path] = useLocation();
  const address = WEB_PAGES[place.page];
  const here = address === '/' ? path === '/' || path.startsWith('/pictures/') : path.startsWith(address);
  return (
    <Link href={address} {...(here ? { 'aria-current': 'page' as const } : {})}>
      {children}
      <Badge page={place.page} />
    </Link>
  );
}

/** A number beside the inbox, a dot beside operations; nothing where nobody waits and all parts answer. */
function Badge({ page }: { page: Place['page'] }) {
  const words = useWords(frameWords);
  const { count, is_down } = useSelector(waiting, ({ context }) => context);
  if (page === 'inbox' && count > 0)
    return (
      <span className="badge">
        <span aria-hidden="true">{num(count)}</span>
        <span className="vh">{words.waiting(count)}</span>
      </span>
    );
  if (page === 'operations' && is_down)
    return (
      <span className="badge-dot">
        <span className="dot fail" />
        <span className="vh">{words.part_down}</span>
      </span>
    );
  return null;
}

function LanguageButton() {
  const words = useWords(frameWords);
  const other = useSelector(prefs, ({ context }) => (context.language === 'zh' ? 'en' : 'zh'));
  return (
    <button
      type="button"
      className="b icon"
      lang={other === 'zh' ? 'zh-Hans' : 'en'}
      title={words.other_language}
      onClick={() => prefs.trigger.language({ language: other })}
    >
      {words.other_language_short}
    </button>
  );
}

function ThemeButton() {
  const words = useWords(frameWords);
  const theme = useSelector(prefs, ({ context }) => shownTheme(context.theme));
  const label = theme === 'dark' ? words.to_light : words.to_dark;
  return (
    <button
      type="button"
      className="b icon"
      aria-label={label}
      title={label}
      onClick={() => prefs.trigger.theme({ theme: theme === 'dark' ? 'light' : 'dark' })}
    >
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}

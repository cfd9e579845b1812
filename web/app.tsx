/** The frame around the rooms, each loaded when it is first shown. */
import { useSelector } from '@xstate/store-react';
import { lazy, Suspense, useEffect } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { WEB_PAGES } from '../contract/web-pages.ts';
import { followEvents } from './api/events.ts';
import { Bar, Foot } from './frame/bar.tsx';
import { DropZone } from './frame/drop.tsx';
import { Guard } from './frame/guard.tsx';
import { Help, openHelp } from './frame/help.tsx';
import { Notes } from './frame/notes.tsx';
import { PLACES } from './frame/places.ts';
import { Toast } from './frame/toast.tsx';
import { useKeys } from './frame/use-keys.ts';
import { Gate } from './pages/gate/gate.tsx';
import { Library } from './pages/library/library.tsx';
import { connection } from './stores/connection.ts';
import { applyEvent, tellListeners } from './stores/pictures.ts';
import { mayDo, session } from './stores/session.ts';
import { tray } from './stores/tray.ts';
import { followWaiting } from './stores/waiting.ts';
import { frameWords } from './words/frame.ts';
import { useLanguage, useWords } from './words/words.ts';
import { after, BASE } from './world.ts';

const Picture = lazy(() => import('./pages/picture/picture.tsx'));
const Inbox = lazy(() => import('./pages/inbox/inbox.tsx'));
const Operations = lazy(() => import('./pages/operations/operations.tsx'));
const People = lazy(() => import('./pages/people/people.tsx'));
const Again = lazy(() => import('./pages/again/again.tsx'));
const Machines = lazy(() => import('./pages/machines/machines.tsx'));
const loadAdd = () => import('./add/add.tsx');
const Add = lazy(loadAdd);
/** When the page has long been there, what adding needs is loaded: pictures that are dropped while there is no connection must wait, not fail. */
const LOAD_ADD_MS = 10_000;

export function App() {
  useLanguage(); // dates and numbers are written anew with the words
  const status = useSelector(session, ({ context }) => context.status);
  if (status === 'asking') return null;
  return <Router base={BASE}>{status === 'in' ? <Rooms /> : <Gate status={status} />}</Router>;
}

function Rooms() {
  const [path, go] = useLocation();
  const is_away = useSelector(connection, ({ context }) => context.lost_at !== null);
  const adds = useSelector(tray, ({ context }) => mayDo('editor') && (context.used || context.kept));
  useEffect(
    () =>
      followEvents({
        event: (event) => {
          applyEvent(event);
          tellListeners(event);
        },
        reset: () => tellListeners(null),
      }),
    [],
  );
  useEffect(() => (mayDo('editor') ? after(LOAD_ADD_MS, () => void loadAdd().catch(() => {})) : undefined), []); // loaded again when it is needed
  useEffect(() => followWaiting(), []);
  useKeys({
    ...Object.fromEntries(PLACES.filter(({ ready }) => ready).map(({ key, page }) => [key, () => go(WEB_PAGES[page])])),
    a: () => (mayDo('editor') ? tray.trigger.open() : false),
    '?': openHelp,
  });
  return (
    <>
      <Bar />
      <Notes />
      <main id="main" className={is_away ? 'stale' : undefined} tabIndex={-1}>
        <Guard place={path}>
          <Suspense fallback={null}>
            <Switch>
              <Route path={WEB_PAGES.library}>
                <Library />
              </Route>
              <Route path={WEB_PAGES.picture}>{({ id }) => <Picture key={id} id={id} />}</Route>
              <Route path={WEB_PAGES.inbox}>
                <Inbox />
              </Route>
              <Route path={WEB_PAGES.operations}>
                <Operations />
              </Route>
              <Route path={WEB_PAGES.people}>
                <People />
              </Route>
              <Route path={WEB_PAGES.again}>
                <Again />
              </Route>
              <Route path={WEB_PAGES.machines}>
                <Machines />
              </Route>
              <Route path={WEB_PAGES.machine}>{({ id }) => <Machines key={id} id={id} />}</Route>
              <Route>
                <NoPage />
              </Route>
            </Switch>
          </Suspense>
        </Guard>
      </main>
      <Foot />
      <Guard place={String(adds)}>
        <Suspense fallback={null}>{adds ? <Add /> : null}</Suspense>
      </Guard>
      <Toast />
      <Help />
      <DropZone />
    </>
  );
}

function NoPage() {
  const words = useWords(frameWords);
  return (
    <div className="middle">
      <h1>{words.not_found}</h1>
      <p className="soft">{words.not_found_meaning}</p>
      <Link className="b first" href={WEB_PAGES.library}>
        {words.to_library}
      </Link>
    </div>
  );
}

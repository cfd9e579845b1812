/** The menu of the person: theme, keys, reference, signing out. */
import { useSelector } from '@xstate/store-react';
import { Link } from 'wouter';
import { ROLES } from '../../contract/roles.ts';
import { WEB_PAGES } from '../../contract/web-pages.ts';
import { prefs, type Theme } from '../stores/prefs.ts';
import { leave, session } from '../stores/session.ts';
import { frameWords } from '../words/frame.ts';
import { useText, useWords } from '../words/words.ts';
import { BASE } from '../world.ts';
import { openHelp } from './help.tsx';
import { Menu } from './menu.tsx';

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

export function PersonMenu() {
  const words = useWords(frameWords);
  const text = useText();
  const me = useSelector(session, ({ context }) => context.me);
  const { theme, keys } = useSelector(prefs, ({ context }) => context);
  const role = ROLES.find((row) => row.role === me?.role);
  const initials = initialsOf(me?.user.name ?? '');
  return (
    <Menu label={initials === '' ? words.person : `${words.person}, ${initials}`} className="me" button={initials}>
      {(close) => (
        <>
          <p className="who">
            <b>{me?.user.name}</b>
            {role ? <span className="dim">{text(role.label)}</span> : null}
          </p>
          <fieldset className="themes">
            <legend>{words.theme}</legend>
            {THEMES.map((one) => (
              <label key={one}>
                <input type="radio" name="theme" checked={theme === one} onChange={() => prefs.trigger.theme({ theme: one })} />
                {words[`theme_${one}`]}
              </label>
            ))}
          </fieldset>
          <label className="check">
            <input type="checkbox" checked={keys} onChange={() => prefs.trigger.keys({ on: !keys })} />
            {words.keys_on}
          </label>
          <button
            type="button"
            onClick={() => {
              close();
              openHelp();
            }}
          >
            {words.keys} <kbd>?</kbd>
          </button>
          <Link href={WEB_PAGES.people} onClick={close}>
            {words.people}
          </Link>
          <a href={`${BASE}/docs`} target="_blank" rel="noreferrer">
            {words.api}
          </a>
          <button type="button" onClick={() => void leave()}>
            {words.sign_out}
          </button>
        </>
      )}
    </Menu>
  );
}

/** `Lin Mei`: LM; `林梅`: 林. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  if (/\p{Script=Han}/u.test(name)) return [...name.trim()][0] ?? '';
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

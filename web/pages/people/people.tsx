/** People and keys for administrators; for everybody what is theirs: language, theme, shortcuts, and what is kept. */
import '../../styles/work/index.css';
import { useSelector } from '@xstate/store-react';
import { useEffect, useId } from 'react';
import { ROLES } from '../../../contract/roles.ts';
import { type Language, prefs, type Theme } from '../../stores/prefs.ts';
import { session } from '../../stores/session.ts';
import { bytes, num } from '../../words/format.ts';
import { frameWords } from '../../words/frame.ts';
import { peopleWords } from '../../words/people.ts';
import { useText, useWords } from '../../words/words.ts';
import { Keys } from './keys.tsx';
import { people, readPeople } from './people-store.ts';
import { SecretDialog } from './secret.tsx';
import { Users } from './users.tsx';

export default function People() {
  const words = useWords(peopleWords);
  const { failed, users, keys } = useSelector(people, ({ context }) => context);
  useEffect(() => void readPeople(), []);
  return (
    <div className="work narrow">
      <div className="head">
        <h1>{words.title}</h1>
      </div>
      {failed === null ? null : (
        <p className="note" role="alert">
          <b>{words.failed}</b> {failed}
        </p>
      )}
      <You />
      {users && keys ? (
        <>
          <Users users={users} />
          <Keys keys={keys} users={users} />
        </>
      ) : null}
      <SecretDialog />
    </div>
  );
}

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const LANGUAGES: readonly [Language, string][] = [
  ['en', 'English'],
  ['zh', '中文'],
];

function You() {
  const words = useWords(peopleWords);
  const frame = useWords(frameWords);
  const text = useText();
  const id = useId();
  const me = useSelector(session, ({ context }) => context.me);
  const { language, theme, keys } = useSelector(prefs, ({ context }) => context);
  const usage = useSelector(people, ({ context }) => context.usage);
  const role = ROLES.find((row) => row.role === me?.role);
  return (
    <section className="group">
      <header>
        <h2>{words.you}</h2>
        <p>{me && role ? words.signed_in_as(me.user.name, text(role.label), me.organisation.name) : ''}</p>
        <p>{role ? text(role.meaning) : ''}</p>
      </header>
      <div className="rows">
        <div className="line">
          <label htmlFor={`${id}language`}>{words.language}</label>
          <select
            id={`${id}language`}
            className="pick"
            value={language}
            onChange={({ target }) => prefs.trigger.language({ language: target.value === 'zh' ? 'zh' : 'en' })}
          >
            {LANGUAGES.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <div className="line">
          <label htmlFor={`${id}theme`}>{words.theme}</label>
          <select
            id={`${id}theme`}
            className="pick"
            value={theme}
            onChange={({ target }) => prefs.trigger.theme({ theme: THEMES.find((one) => one === target.value) ?? 'auto' })}
          >
            {THEMES.map((one) => (
              <option key={one} value={one}>
                {frame[`theme_${one}`]}
              </option>
            ))}
          </select>
        </div>
        <div className="line">
          <label htmlFor={`${id}keys`}>{words.keys_on}</label>
          <input id={`${id}keys`} type="checkbox" checked={keys} onChange={() => prefs.trigger.keys({ on: !keys })} />
        </div>
        {usage ? (
          <div className="line">
            <span>{words.holds}</span>
            <span className="num">
              {words.pictures_of(num(usage.pictures.used), num(usage.pictures.quota))}
              <br />
              {words.bytes_of(bytes(usage.bytes.used), bytes(usage.bytes.quota))}
            </span>
          </div>
        ) : null}
        {me?.role === 'admin' ? null : <p className="soft s line">{words.admins_only}</p>}
      </div>
    </section>
  );
}

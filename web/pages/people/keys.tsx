/** Keys for programs: made with a role and an end, shown once, revoked. */
import { useState } from 'react';
import type { AccessKey, User } from '../../../contract/people.ts';
import { ROLES, type Role } from '../../../contract/roles.ts';
import { api } from '../../api/api.ts';
import { say } from '../../stores/toast.ts';
import { day, num } from '../../words/format.ts';
import { peopleWords } from '../../words/people.ts';
import { useText, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { NamedForm } from './named-form.tsx';
import { order, people } from './people-store.ts';
import { Revoke } from './revoke.tsx';

const inUse = ({ revoked_at, expires_at }: AccessKey): boolean =>
  revoked_at === null && (expires_at === null || Date.parse(expires_at) > now());

export function Keys({ keys, users }: { keys: readonly AccessKey[]; users: readonly User[] }) {
  const words = useWords(peopleWords);
  const [all, setAll] = useState(false);
  const active = keys.filter(inUse);
  const ended = keys.filter((key) => !inUse(key));
  return (
    <section className="group">
      <header>
        <h2>
          {words.keys} <b>{num(active.length)}</b>
        </h2>
        <p>{words.keys_meaning}</p>
      </header>
      <div className="rows">
        <Make />
        {active.length === 0 ? <p className="soft line">{words.no_keys}</p> : null}
        {active.map((key) => (
          <KeyLine key={key.key_id} of={key} users={users} />
        ))}
        {ended.length > 0 && !all ? (
          <p className="line">
            <button type="button" className="b link" onClick={() => setAll(true)}>
              {words.show_ended(ended.length)}
            </button>
          </p>
        ) : null}
        {all
          ? ended.map(({ key_id, name, revoked_at, expires_at }) => (
              <div className="line dim" key={key_id}>
                <span>{name}</span>
                <span className="s">{words.ended_at(day(revoked_at ?? expires_at ?? '', now()))}</span>
              </div>
            ))
          : null}
      </div>
    </section>
  );
}

const DAY_MS = 86_400_000;
const LIVES_DAYS = [30, 90, 365, null] as const;

function Make() {
  const words = useWords(peopleWords);
  const [days, setDays] = useState<number | null>(90);
  const make = (given: { name: string; role: Role }) => {
    const expiry = days === null ? {} : { expires_at: new Date(now() + days * DAY_MS).toISOString() };
    return order(async () => {
      const { api_key: text, key } = (await api.create_key({ body: { ...given, ...expiry } })).body;
      people.trigger.secret({ secret: { kind: 'key', text, of: key.name } });
    });
  };
  return (
    <NamedForm usual="editor" submit={words.make_key} kind="plain" onSubmit={make}>
      <select
        className="pick"
        aria-label={words.ends}
        value={String(days)}
        onChange={({ target }) => setDays(target.value === 'null' ? null : Number(target.value))}
      >
        {LIVES_DAYS.map((life) => (
          <option key={String(life)} value={String(life)}>
            {life === null ? words.never : words.in_days(life)}
          </option>
        ))}
      </select>
    </NamedForm>
  );
}

function KeyLine({ of, users }: { of: AccessKey; users: readonly User[] }) {
  const words = useWords(peopleWords);
  const text = useText();
  const { key_id, name, role, user_id, expires_at, last_used_at, installation } = of;
  const label = ROLES.find((row) => row.role === role)?.label;
  const owner = users.find((user) => user.user_id === user_id)?.name ?? user_id;
  const ends = expires_at === null ? words.no_end : words.ends_at(day(expires_at, now()));
  const used = last_used_at === null ? words.never_used : words.used_at(day(last_used_at, now()));
  const revoke = async () => {
    if (await order(() => api.revoke_key({ params: { key_id } }))) say(words.key_revoked(name));
  };
  return (
    <div className="line" data-key={name}>
      <span>
        {name}{' '}
        <span className="dim s">
          {[label ? text(label) : role, ...(installation ? [words.installation] : []), owner, ends, used].join(', ')}
        </span>
      </span>
      <span className="acts">
        <Revoke name={name} onRevoke={() => void revoke()} />
      </span>
    </div>
  );
}

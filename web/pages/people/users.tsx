/** People: invited by a link, given a role, revoked. */
import { useSelector } from '@xstate/store-react';
import type { User } from '../../../contract/people.ts';
import { ROLES, type Role } from '../../../contract/roles.ts';
import { api } from '../../api/api.ts';
import { session } from '../../stores/session.ts';
import { say } from '../../stores/toast.ts';
import { day, num } from '../../words/format.ts';
import { peopleWords } from '../../words/people.ts';
import { useText, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { NamedForm } from './named-form.tsx';
import { order, showLink } from './people-store.ts';
import { Revoke } from './revoke.tsx';
import { RolePick } from './role-pick.tsx';

export function Users({ users }: { users: readonly User[] }) {
  const words = useWords(peopleWords);
  const active = users.filter(({ revoked_at }) => revoked_at === null);
  const revoked = users.filter(({ revoked_at }) => revoked_at !== null);
  return (
    <section className="group">
      <header>
        <h2>
          {words.people} <b>{num(active.length)}</b>
        </h2>
        <p>{words.people_meaning}</p>
      </header>
      <div className="rows">
        <Invite />
        {active.map((user) => (
          <Person key={user.user_id} user={user} />
        ))}
        {revoked.map(({ user_id, name, revoked_at }) => (
          <div className="line dim" key={user_id}>
            <span>{name}</span>
            <span className="s">{words.revoked(day(revoked_at ?? '', now()))}</span>
          </div>
        ))}
      </div>
    </section>
  );
}

function Invite() {
  const words = useWords(peopleWords);
  const invite = (body: { name: string; role: Role }) =>
    order(async () => {
      const { login, user } = (await api.invite_user({ body })).body;
      showLink(login.login_url, user.name);
    });
  return <NamedForm usual="viewer" submit={words.invite} kind="first" onSubmit={invite} />;
}

function Person({ user }: { user: User }) {
  const words = useWords(peopleWords);
  const text = useText();
  const own_id = useSelector(session, ({ context }) => context.me?.user.user_id);
  const { user_id, name, role, installation, created_at } = user;
  const mine = user_id === own_id;
  const change = async (next: Role) => {
    const label = ROLES.find((row) => row.role === next)?.label;
    if (await order(() => api.change_user({ params: { user: user_id }, body: { role: next } })))
      say(words.role_now(name, label ? text(label) : next));
  };
  const another = () =>
    order(async () => {
      const { body } = await api.create_login_link({ params: { user: user_id } });
      showLink(body.login_url, name);
    });
  const revoke = async () => {
    if (await order(() => api.revoke_user({ params: { user: user_id } }))) say(words.revoked_now(name));
  };
  return (
    <div className="line" data-user={name}>
      <span>
        {name}{' '}
        <span className="dim s">
          {[
            ...(mine ? [words.myself] : []),
            ...(installation ? [words.installation] : []),
            words.since(day(created_at, now())),
          ].join(', ')}
        </span>
      </span>
      <span className="acts">
        <RolePick label={words.role_of(name)} role={role} disabled={mine} onChange={(next) => void change(next)} />
        <button type="button" className="b plain" aria-label={words.new_link_for(name)} onClick={() => void another()}>
          {words.new_link}
        </button>
        {mine ? null : <Revoke name={name} onRevoke={() => void revoke()} />}
      </span>
    </div>
  );
}

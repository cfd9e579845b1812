/** A line in which a name and a role are given, and what more there is to choose. */
import { type ReactNode, useState } from 'react';
import type { Role } from '../../../contract/roles.ts';
import { peopleWords } from '../../words/people.ts';
import { useWords } from '../../words/words.ts';
import { RolePick } from './role-pick.tsx';

type Props = {
  /** The role that stands there at first. */
  usual: Role;
  submit: string;
  kind: 'first' | 'plain';
  /** Whether it was done: then the name is empty again. */
  onSubmit: (given: { name: string; role: Role }) => Promise<boolean>;
  children?: ReactNode;
};

export function NamedForm({ usual, submit, kind, onSubmit, children }: Props) {
  const words = useWords(peopleWords);
  const [typed, setTyped] = useState('');
  const [role, setRole] = useState<Role>(usual);
  const name = typed.trim();
  const send = async () => {
    if (await onSubmit({ name, role })) setTyped('');
  };
  return (
    <form
      className="line form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== '') void send();
      }}
    >
      <input
        className="typed"
        value={typed}
        maxLength={100}
        placeholder={words.name}
        aria-label={words.name}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <RolePick label={words.role} role={role} onChange={setRole} />
      {children}
      <button type="submit" className={`b ${kind}`} disabled={name === ''}>
        {submit}
      </button>
    </form>
  );
}

/** A choice of a role, with what it may do as its hint. */
import { ROLES, type Role } from '../../../contract/roles.ts';
import { useText } from '../../words/words.ts';

type RolePickProps = { label: string; role: Role; disabled?: boolean; onChange: (role: Role) => void };

export function RolePick({ label, role, disabled = false, onChange }: RolePickProps) {
  const text = useText();
  const shown = ROLES.find((row) => row.role === role);
  return (
    <select
      className="pick"
      aria-label={label}
      title={shown ? text(shown.meaning) : undefined}
      value={role}
      disabled={disabled}
      onChange={({ target }) => {
        const chosen = ROLES.find((row) => row.role === target.value);
        if (chosen) onChange(chosen.role);
      }}
    >
      {ROLES.map((row) => (
        <option key={row.role} value={row.role}>
          {text(row.label)}
        </option>
      ))}
    </select>
  );
}

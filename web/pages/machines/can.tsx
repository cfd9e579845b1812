/** One thing that can happen now: where it leads, and which guards were asked. */
import type { Choice } from '../../../visualizer/simulation/choices.ts';
import type { ScenarioStep } from '../../../visualizer/simulation/simulation.ts';
import type { Asked } from '../../../visualizer/simulation/traced.ts';
import { Icon } from '../../frame/icons.tsx';
import { machinesWords } from '../../words/machines.ts';
import { useWords } from '../../words/words.ts';

type CanProps = { choice: Choice; take: (step: ScenarioStep) => void; point: (choice: Choice | null) => void };
export function Can({ choice, take, point }: CanProps) {
  const words = useWords(machinesWords);
  const { said, label, detail, kind, after: result, leads, taken_in } = choice;
  const is_taken = result.outcome === 'moved';
  const asked = choice.asked.filter((one, n, all) => all.findIndex((other) => sameAnswer(one, other)) === n);
  const refused = asked.filter(({ holds }) => !holds);
  const leads_to = leads.length > 0 ? `→ ${leads.map(short).join(', ')}` : is_taken ? words.stays : words.outcome[result.outcome];
  return (
    <li>
      <button
        type="button"
        className={is_taken ? 'take' : 'take no'}
        onPointerEnter={() => point(choice)}
        onPointerLeave={() => point(null)}
        onFocus={() => point(choice)}
        onBlur={() => point(null)}
        onClick={({ altKey }) =>
          take(altKey && refused.length > 0 ? { said, forced: refused.map(({ guard }) => guard) } : { said })
        }
      >
        <Icon name={is_taken ? (kind === 'timer' ? 'clock' : kind === 'event' ? 'edit' : 'bolt') : 'no'} />
        <span className="word">
          {label} {detail}
        </span>
        <span className="dim">{leads_to}</span>
      </button>
      {asked.length > 0 ? (
        <p className={is_taken ? '' : 'refused'}>{asked.map((one) => guardInWords(one, words)).join('; ')}</p>
      ) : null}
      {taken_in.length > 0 ? <p>{words.not_here(taken_in.map(short).join(', '))}</p> : null}
      {!is_taken && refused.length > 0 ? (
        <button type="button" className="b link" onClick={() => take({ said, forced: refused.map(({ guard }) => guard) })}>
          {words.force(refused.map(({ guard }) => guard).join(', '))}
        </button>
      ) : null}
    </li>
  );
}

/** What is taken comes first, then what a guard refuses, then what other states take. */
export function inOrder(choices: readonly Choice[]): Choice[] {
  const place = ({ after, taken_in }: Choice) => (after.outcome === 'moved' ? 0 : taken_in.length === 0 ? 1 : 2);
  return choices.filter(({ fault }) => fault === null).toSorted((a, b) => place(a) - place(b));
}

function guardInWords(
  { guard, params, holds, forced, read }: Asked,
  words: { holds: string; refuses: string; forced: string },
): string {
  const values = read.map(([path, value]) => `${path.split('.').slice(1).join('.')} ${JSON.stringify(value)}`).join(', ');
  const name = params === undefined ? guard : `${guard} ${String(params)}`;
  return `${name} ${forced ? words.forced : holds ? words.holds : words.refuses}${values ? `: ${values}` : ''}`;
}
/** A guard of a state and of one around it is asked twice, and says the same. */
const sameAnswer = (one: Asked, other: Asked): boolean =>
  one.guard === other.guard && one.params === other.params && one.holds === other.holds;

/** The halves of a step have the name of their step. */
export function short(path: string): string {
  const [last = path, around] = path.split('.').toReversed();
  return (last === 'queued' || last === 'running') && around ? around : last;
}

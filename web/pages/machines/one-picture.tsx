/** One picture's way through the machine, from its journal; and for operators what it owes now. */
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { InstanceState } from '../../../contract/machines.ts';
import { drawingOf } from '../../../visualizer/drawing.ts';
import { graphOf } from '../../../visualizer/graph.ts';
import { MACHINES } from '../../../visualizer/machines.ts';
import { api } from '../../api/api.ts';
import { isAborted, isUnreachable, Refused } from '../../api/refused.ts';
import { Icon } from '../../frame/icons.tsx';
import { mayDo } from '../../stores/session.ts';
import { machinesWords } from '../../words/machines.ts';
import { useWords } from '../../words/words.ts';
import { litBy, NOTHING, type Shown } from './shown.ts';

type Entry = { seq: number; event: string; to: string };
const MAX_ENTRIES = 100;
const graph = graphOf(MACHINES.resource);
const { lines, shown: cardOf } = drawingOf(graph);
const stateOf = (status: string): string => graph.nodes.find(({ name }) => name === status)?.id ?? status;

export function OnePicture({ id, show }: { id: string | null; show: (shown: Shown) => void }) {
  const words = useWords(machinesWords);
  const [, go] = useLocation();
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [state, setState] = useState<InstanceState | null>(null);
  const [is_missing, setMissing] = useState(false);
  useEffect(() => {
    if (id === null) return;
    const stop = new AbortController();
    const { signal } = stop;
    const params = { resource_id: id };
    const read = async () => {
      try {
        const { body } = await api.list_history({ params, query: { limit: String(MAX_ENTRIES) } as never, signal });
        const path = body.items.map(({ seq, event, to }): Entry => ({ seq, event, to: String(to) }));
        setEntries(path);
        const now = mayDo('operator') ? (await api.get_resource_machine({ params, signal })).body : null;
        setState(now);
        const last = path.at(-1);
        const visits = path.map(({ to }) => [cardOf(stateOf(to))]);
        show({ ...NOTHING, lit: litBy(lines, visits), here: now?.states ?? (last ? [stateOf(last.to)] : []) });
      } catch (error) {
        if (error instanceof Refused) setMissing(true);
        else if (!isAborted(error) && !isUnreachable(error)) throw error;
      }
    };
    void read();
    return () => stop.abort();
  }, [id, show]);
  return (
    <aside className="panel">
      <form
        className="of-picture"
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget).get('id');
          if (typeof given === 'string' && /^[\w-]{1,100}$/.test(given.trim())) go(`/machines/${given.trim()}`);
        }}
      >
        <label className="field">
          <span>{words.picture_id}</span>
          <span className="in">
            <input name="id" defaultValue={id ?? ''} autoComplete="off" spellCheck={false} />
          </span>
        </label>
        <button type="submit" className="b plain">
          {words.show}
        </button>
      </form>
      {is_missing ? <p>{words.no_picture}</p> : null}
      {entries.length > 0 ? (
        <section>
          <h2>{words.path}</h2>
          <ol>
            {entries.map(({ seq, event, to }) => (
              <li key={seq}>
                <span className="word">{event}</span> → <span className="word">{to}</span>
              </li>
            ))}
          </ol>
        </section>
      ) : null}
      {state ? (
        <Owed
          jobs={state.obligations.flatMap((one) =>
            one.kind === 'job' ? [[one.name, one.accepted_at ? words.begun : words.waits]] : [],
          )}
          timers={state.obligations.flatMap((one) => (one.kind === 'timer' ? [[one.name, one.due_at.slice(0, 16)]] : []))}
          without={state.rests ? 'rests' : 'limbo'}
        />
      ) : entries.length > 0 ? (
        <p className="dim">{words.operators_only}</p>
      ) : null}
    </aside>
  );
}

/** Each with when it comes. */
type Named = readonly (readonly string[])[];
/** without: what it means that it owes nothing. */
type OwedProps = { jobs: Named; timers: Named; without: 'rests' | 'turn' | 'limbo' };
export function Owed({ jobs, timers, without }: OwedProps) {
  const words = useWords(machinesWords);
  const owes = jobs.length + timers.length > 0;
  return (
    <section className={owes || without !== 'limbo' ? 'owed' : 'owed in-limbo'}>
      <h2>{owes ? words.owes : words[without]}</h2>
      <ul>
        {[...jobs.map((one) => [words.job, ...one]), ...timers.map((one) => [words.timer, ...one])].map(([kind, name, when]) => (
          <li key={`${kind} ${name}`}>
            <Icon name={kind === words.job ? 'bolt' : 'clock'} />
            <span>
              {kind} <span className="word">{name}</span>
            </span>
            <span className="dim">{when}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

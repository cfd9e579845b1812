/** How many pictures are in each state, while they move. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useMemo, useState } from 'react';
import type { Machine } from '../../../contract/machines.ts';
import { STATUSES } from '../../../contract/statuses.ts';
import { drawingOf } from '../../../visualizer/drawing.ts';
import { graphOf } from '../../../visualizer/graph.ts';
import { MACHINES, type MachineName } from '../../../visualizer/machines.ts';
import { uploads } from '../../add/uploads.ts';
import { api } from '../../api/api.ts';
import { isAborted, throwUnexpected } from '../../api/refused.ts';
import { onPictureEvent } from '../../stores/pictures.ts';
import { num } from '../../words/format.ts';
import { machinesWords } from '../../words/machines.ts';
import { useText, useWords } from '../../words/words.ts';
import { after } from '../../world.ts';
import { NOTHING, type Shown } from './shown.ts';

const graph = graphOf(MACHINES.resource);
const { shown: cardOf } = drawingOf(graph);
/** Counting looks at every picture of the organisation: once for all that happens within this time. */
const COUNT_INTERVAL_MS = 2_000;

export function Live({ name, show }: { name: MachineName; show: (shown: Shown) => void }) {
  const words = useWords(machinesWords);
  const text = useText();
  const [counts, setCounts] = useState<Machine['by_state']>({});
  const [late, setLate] = useState<Record<string, number>>({});
  useEffect(() => {
    const stop = new AbortController();
    let cancel: (() => void) | null = null;
    if (name === 'upload') return;
    const count = async () => {
      try {
        const { body } = await api.get_machine({ params: { machine: name }, signal: stop.signal });
        setCounts(body.by_state);
        setLate(body.late_by_state ?? {});
        show({ ...NOTHING, counts: body.by_state ?? {}, late: body.late_by_state ?? {} });
      } catch (error) {
        if (!isAborted(error)) throwUnexpected(error);
        // what is shown stays; the next event counts again
      }
    };
    void count();
    const end = onPictureEvent(() => {
      cancel ??= after(COUNT_INTERVAL_MS, () => {
        cancel = null;
        void count();
      });
    });
    return () => {
      stop.abort();
      cancel?.();
      end();
    };
  }, [name, show]);
  if (name === 'upload') return <LiveUploads show={show} />;
  if (name !== 'resource' || counts === null)
    return (
      <aside className="panel">
        <p className="soft">{words.not_counted}</p>
      </aside>
    );
  const rows = STATUSES.map((row) => ({
    ...row,
    count: inStatus(counts, row.status),
    late: inStatus(late, row.status),
  }));
  const light = (status: string | null) =>
    show({ ...NOTHING, counts, late, lit: graph.nodes.flatMap((node) => (node.name === status ? [cardOf(node.id)] : [])) });
  return (
    <aside className="panel">
      <section>
        <h2>
          {words.statuses}
          <span>{words.counted(rows.reduce((sum, { count }) => sum + count, 0))}</span>
        </h2>
        <table>
          <tbody>
            {rows.map(({ status, waits_for, guarded_by, count, late: overdue }) => (
              <tr key={status} onPointerEnter={() => light(status)} onPointerLeave={() => light(null)}>
                <td>
                  <span className="word">{status}</span>
                  <br />
                  <span className="dim">
                    {text(waits_for).replaceAll('`', '')}; {text(guarded_by).replaceAll('`', '')}
                  </span>
                  {overdue > 0 ? <span className="is-late"> {words.late(overdue)}</span> : null}
                </td>
                <td>{num(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </aside>
  );
}
/** The files of this browser: of others nobody knows. */
function LiveUploads({ show }: { show: (shown: Shown) => void }) {
  const words = useWords(machinesWords);
  const views = useSelector(uploads, ({ context }) => context.views);
  const counts = useMemo(() => {
    const by_state: Record<string, number> = {};
    for (const { state } of views.values()) by_state[state] = (by_state[state] ?? 0) + 1;
    return Object.entries(by_state);
  }, [views]);
  useEffect(() => {
    show({ ...NOTHING, counts: Object.fromEntries(counts.map(([state, count]) => [`upload.${state}`, count])) });
  }, [counts, show]);
  return (
    <aside className="panel">
      <section>
        <h2>
          {words.uploads}
          <span>{num(views.size)}</span>
        </h2>
        {views.size === 0 ? <p className="soft">{words.no_uploads}</p> : null}
        <table>
          <tbody>
            {counts.map(([state, count]) => (
              <tr key={state}>
                <td>
                  <span className="word">{state}</span>
                </td>
                <td>{num(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </aside>
  );
}
const inStatus = (counts: Record<string, number>, status: string): number =>
  Object.entries(counts).reduce((sum, [path, count]) => sum + (path.split('.').includes(status) ? count : 0), 0);

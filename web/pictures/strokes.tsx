/** The five strokes on the line under a picture that is not ready. */
import type { Picture } from '../stores/pictures.ts';
import { STOPS, strokesOf } from './state-of.ts';

/** label: the state in words, for who does not see it. */
export function Strokes({ picture, label }: { picture: Picture; label: string }) {
  const strokes = strokesOf(picture);
  return (
    <span className="way" role="img" aria-label={label}>
      {STOPS.map((stop, n) => (
        <i key={stop} className={strokes[n]} />
      ))}
    </span>
  );
}

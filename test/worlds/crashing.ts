/** Ports that end the process at a named moment: the crash comes from here, and no shipped code knows of it. */
import type { Ports } from '../../app/open-ports.ts';
import type { Change } from '../../runtime/ports/facts.ts';

/** `call`: the method of a port, such as `facts.commit`. `of`: only a commit that holds such an event, or a call with such arguments. */
export type Boundary = { call: string; when: 'before' | 'after'; of?: string };
export const nameOf = ({ call, when, of }: Boundary): string => `${when} ${call}${of ? ` (${of})` : ''}`;

type Call = (...args: unknown[]) => unknown;
type Hit = () => Promise<void>;

/** The same ports; the call of the boundary ends in `hit`, before or after it is made. */
export function crashing(ports: Ports, boundary: Boundary, hit: Hit): Ports {
  const [port = '', ...path] = boundary.call.split('.');
  return { ...ports, [port]: wrapped(Reflect.get(ports, port), path, boundary, hit) };
}

function wrapped(target: object, [name = '', ...rest]: string[], boundary: Boundary, hit: Hit): object {
  const inner: unknown = Reflect.get(target, name);
  if (rest.length > 0 && typeof inner === 'object' && inner !== null)
    return { ...target, [name]: wrapped(inner, rest, boundary, hit) };
  if (typeof inner !== 'function') throw new Error(`${boundary.call} is no method of a port`);
  const original = inner.bind(target) as Call; // any method of any port
  const call = async (...args: unknown[]) => {
    const meant = isMeant(args, boundary);
    if (meant && boundary.when === 'before') await hit();
    const answer = await original(...args);
    if (meant && boundary.when === 'after') await hit();
    return answer;
  };
  return { ...target, [name]: call };
}

function isMeant([first, second]: unknown[], { call, of }: Boundary): boolean {
  if (of === undefined) return true;
  if (call === 'facts.commit')
    return (
      Array.isArray(first) &&
      (first as Change[]).some(({ journal, followed_by }) => [journal, followed_by?.journal].some((one) => one?.event === of))
    );
  return [first, second].some(
    (value) => value === of || (typeof value === 'object' && value !== null && Object.values(value).includes(of)),
  );
}

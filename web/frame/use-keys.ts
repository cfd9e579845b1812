/** Keys: single letters outside of fields, and sequences as `g l`. A room binds its own while it is shown, and is asked before those around it. */
import { useLayoutEffect, useRef } from 'react';
import { prefs } from '../stores/prefs.ts';
import { after } from '../world.ts';

/** By the key, as `x`, `Shift+x`, `Escape`, `?` or `g l`. The answer false leaves the key to the browser. */
export type Bindings = Readonly<Record<string, (event: KeyboardEvent) => unknown>>;

const bound: { current: Bindings }[] = [];
const SEQUENCE_MS = 1_200;

export function useKeys(bindings: Bindings): void {
  const held = useRef(bindings);
  held.current = bindings;
  // Before it is painted: who sees the page may press a key.
  useLayoutEffect(() => {
    bound.push(held);
    return () => {
      bound.splice(bound.indexOf(held), 1);
    };
  }, []);
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
const IN_FIELDS = new Set(['Escape']);

let pressed = '';
let forget = () => {};

/** Once, for the whole page. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = event.shiftKey && /^[A-Za-z]$/.test(event.key) ? `Shift+${event.key.toLowerCase()}` : event.key;
    if (isField(event.target) && !IN_FIELDS.has(name)) return;
    if (document.querySelector('dialog:modal')) return; // what is under it does not hear
    if (name.length === 1 && !prefs.getSnapshot().context.keys) return;
    const sequence = pressed === '' ? name : `${pressed} ${name}`;
    forget();
    pressed = '';
    if (run(sequence, event) || run(name, event)) return;
    if (bound.some(({ current }) => Object.keys(current).some((key) => key.startsWith(`${name} `)))) {
      pressed = name;
      forget = after(SEQUENCE_MS, () => {
        pressed = '';
      });
    }
  });
}

function run(name: string, event: KeyboardEvent): boolean {
  const found = bound.findLast(({ current }) => current[name] !== undefined && current[name](event) !== false);
  if (found) event.preventDefault();
  return found !== undefined;
}

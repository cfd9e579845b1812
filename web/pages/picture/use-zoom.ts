/** Zoom and shift of the shown page: `Ctrl` and the wheel, pinch, double click, drag, keys. One transform; 1 is as large as fits. */
import { type PointerEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react';

export type View = { scale: number; x: number; y: number };
const FIT: View = { scale: 1, x: 0, y: 0 };
const MAX = 12;
const STEP = 1.25;
const NEAR = 2.5;

/** The point of the page under (px, py), seen from the middle of the frame, stays where it is. */
function scaled({ scale, x, y }: View, factor: number, px = 0, py = 0): View {
  const next = Math.min(MAX, Math.max(1, scale * factor));
  if (next === 1) return FIT;
  const real = next / scale;
  return { scale: next, x: px - (px - x) * real, y: py - (py - y) * real };
}

export function useZoom(frame: RefObject<HTMLDivElement | null>, key: string) {
  const [view, setView] = useState(FIT);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page begins as large as fits
  useEffect(() => setView(FIT), [key]);
  const middle = useCallback(() => {
    const { left = 0, top = 0, width = 0, height = 0 } = frame.current?.getBoundingClientRect() ?? {};
    return { x: left + width / 2, y: top + height / 2 };
  }, [frame]);
  useEffect(() => {
    const shown = frame.current;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault(); // the page itself is not zoomed; React's own listener could not prevent it
      const { x, y } = middle();
      setView((before) => scaled(before, Math.exp(-event.deltaY / 200), event.clientX - x, event.clientY - y));
    };
    shown?.addEventListener('wheel', wheel, { passive: false });
    return () => shown?.removeEventListener('wheel', wheel);
  }, [frame, middle]);

  const down = (event: PointerEvent) => {
    const on_word = event.target instanceof Element && event.target.closest('[data-k]') !== null;
    if (event.pointerType === 'mouse' && (event.button !== 0 || on_word)) return; // words are selected
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const move = (event: PointerEvent) => {
    const held = fingers.current;
    const before = held.get(event.pointerId);
    if (!before) return;
    const here = { x: event.clientX, y: event.clientY };
    const [other] = [...held].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    if (other) {
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(here.x - other.x, here.y - other.y);
      const { x, y } = middle();
      if (was > 0) setView((last) => scaled(last, is / was, (here.x + other.x) / 2 - x, (here.y + other.y) / 2 - y));
    } else
      setView((last) => (last.scale === 1 ? last : { ...last, x: last.x + here.x - before.x, y: last.y + here.y - before.y }));
    held.set(event.pointerId, here);
  };
  const up = (event: PointerEvent) => fingers.current.delete(event.pointerId);
  return {
    view,
    closer: () => setView((before) => scaled(before, STEP)),
    farther: () => setView((before) => scaled(before, 1 / STEP)),
    fit: () => setView(FIT),
    handlers: {
      onPointerDown: down,
      onPointerMove: move,
      onPointerUp: up,
      onPointerCancel: up,
      onPointerLeave: up,
      onDoubleClick: (event: { clientX: number; clientY: number }) => {
        const { x, y } = middle();
        setView((before) => (before.scale > 1 ? FIT : scaled(before, NEAR, event.clientX - x, event.clientY - y)));
      },
    },
  };
}

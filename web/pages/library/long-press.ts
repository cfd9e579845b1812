/** A finger that stays: chooses what a mouse would choose by the tick. */
import { type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';
import { after } from '../../world.ts';

const PRESS_MS = 450;
const STILL_PX = 10;

/** ended: whether the click that comes now is the end of a long press. */
export function useLongPress(work: () => void) {
  const cancel = useRef(() => {});
  const worked = useRef(false);
  const from = useRef({ x: 0, y: 0 });
  useEffect(() => () => cancel.current(), []);
  const stop = () => cancel.current();
  return {
    ended: () => worked.current,
    events: {
      onPointerDown: ({ pointerType, clientX: x, clientY: y }: PointerEvent) => {
        worked.current = false;
        stop();
        if (pointerType !== 'touch') return;
        from.current = { x, y };
        cancel.current = after(PRESS_MS, () => {
          worked.current = true;
          work();
        });
      },
      onPointerMove: ({ clientX, clientY }: PointerEvent) => {
        if (Math.hypot(clientX - from.current.x, clientY - from.current.y) > STILL_PX) stop();
      },
      onPointerUp: stop,
      onPointerCancel: stop,
      onContextMenu: (event: MouseEvent) => {
        if (worked.current) event.preventDefault(); // the browser's own answer to a long press
      },
    },
  };
}

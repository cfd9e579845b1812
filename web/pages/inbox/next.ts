/** Where the focus goes: what can be answered is marked `data-next`, in the order of the page. */
import { type RefObject, useEffect, useRef } from 'react';

const answerable = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-next]:not(:disabled)')];

/** One on or back from where the focus is; from elsewhere, the first. False: there is nothing to answer. */
export function focusBy(by: 1 | -1): boolean {
  const all = answerable();
  const at = all.findIndex((one) => one.matches(':focus'));
  const next = at < 0 ? all[0] : all[at + by];
  next?.focus();
  return all.length > 0;
}

/** What follows the place of what was just answered. Called once its answer is drawn: the element itself may be gone. */
export function focusAfter(place: HTMLElement | null): void {
  const following = answerable().find(
    (one) =>
      place !== null && (place.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0 && !place.contains(one),
  );
  (following ?? answerable()[0])?.focus();
}

/** For a place whose button was pressed: once its answer is drawn, the focus goes on. */
export function useFocusAfter(is_answered: boolean): { place: RefObject<HTMLDivElement | null>; press(): void } {
  const place = useRef<HTMLDivElement>(null);
  const pressed = useRef(false);
  useEffect(() => {
    if (!is_answered || !pressed.current) return;
    pressed.current = false;
    focusAfter(place.current);
  }, [is_answered]);
  return {
    place,
    press() {
      pressed.current = true;
    },
  };
}

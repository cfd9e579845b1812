/** A button with a list of choices below it. Arrows move, `Esc` closes and gives the focus back. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';

/** side: with which edge of the button the list is flush. */
type MenuProps = {
  label: string;
  button: ReactNode;
  className?: string;
  side?: 'left' | 'right';
  children: (close: () => void) => ReactNode;
};

export function Menu({ label, button, className = 'b icon', side = 'right', children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const whole = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    itemsOf(whole.current)[0]?.focus();
    const outside = (event: PointerEvent) => {
      if (!(event.target instanceof Node && whole.current?.contains(event.target))) setOpen(false);
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the button and the list in it
    <div
      ref={whole}
      className="menu"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          close();
        } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
          event.preventDefault();
          if (open) step(whole.current, event.key === 'ArrowDown' ? 1 : -1);
          else setOpen(true);
        }
      }}
    >
      <button
        ref={opener}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open ? (
        <div id={id} className={`menu-list ${side}`}>
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

const itemsOf = (whole: HTMLElement | null): HTMLElement[] => [
  ...(whole?.querySelectorAll<HTMLElement>('.menu-list :is(a, button, input):not(:disabled)') ?? []),
];
function step(whole: HTMLElement | null, by: number): void {
  const items = itemsOf(whole);
  const at = items.findIndex((item) => item.matches(':focus'));
  items[(at + by + items.length) % items.length]?.focus();
}

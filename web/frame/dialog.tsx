/** What lies over the page: keeps the focus inside, gives it back, ends by `Esc` and by a press beside it. What is `data-first` in it has the focus first. */
import { type ReactNode, useEffect, useRef } from 'react';

type DialogProps = { label: string; className: string; onClose: () => void; children: ReactNode };

export function Dialog({ label, className, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal(); // the browser holds the focus, and gives it back at the end
    shown?.querySelector<HTMLElement>('[data-first]')?.focus(); // else the browser takes what comes first, such as the way out
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}

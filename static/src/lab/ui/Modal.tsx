import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { dialog, hello } from '../state';
import { Refused } from '../stream';

/** A native modal dialog: focus stays inside, Escape closes it. */
export function Modal({ title, read, children }: { title: string; read?: boolean; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const d = ref.current;
    const before = document.activeElement as HTMLElement | null;
    d?.showModal();
    return () => {
      d?.close();
      before?.focus?.();
    };
  }, []);
  return (
    <dialog ref={ref} aria-label={title} onClose={close}>
      {/* What is to be read begins at its head, not at the button that ends it. */}
      <h2 tabIndex={read ? -1 : undefined} autofocus={read}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}

export const close = () => {
  dialog.value = '';
};

export function Buttons({ ok, off }: { ok: string; off?: boolean }) {
  return (
    <div class="row end">
      <button type="button" onClick={close}>
        {t('lab.cancel')}
      </button>
      <button type="submit" class="primary" disabled={off}>
        {ok}
      </button>
    </div>
  );
}

/** The way out of a dialog that has nothing to do. */
export function Cancel() {
  return (
    <div class="row end">
      <button type="button" onClick={close}>
        {t('lab.close')}
      </button>
    </div>
  );
}

export function Problem({ text }: { text: string }) {
  return text ? (
    <p class="wrong" role="alert">
      {text}
    </p>
  ) : null;
}

/** Closes the dialog when what it asks for was done; else says why not. */
export async function attempt(run: () => Promise<unknown>, wrong: (s: string) => void): Promise<void> {
  try {
    await run();
    close();
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    wrong(e.message);
  }
}

/** One of the hosts. */
export function HostSelect({ value, set }: { value: string; set: (s: string) => void }) {
  return (
    <select value={value} onChange={(e) => set(e.currentTarget.value)}>
      {(hello.value?.hosts ?? []).map((h) => (
        <option key={h.name}>{h.name}</option>
      ))}
    </select>
  );
}

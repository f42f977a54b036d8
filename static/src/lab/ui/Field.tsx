import type { ComponentChildren } from 'preact';

interface Props {
  label: ComponentChildren;
  value: string;
  set: (s: string) => void;
  hint?: string;
  block?: boolean; // a row of its own
  number?: boolean;
}

/** A labelled field for something that is code: no spelling marks. */
export function Field({ label, value, set, hint, block, number }: Props) {
  return (
    <label class={block ? 'block' : ''}>
      {label}
      <input class="mono" value={value} placeholder={hint} spellcheck={false} inputMode={number ? 'numeric' : undefined} onInput={(e) => set(e.currentTarget.value)} />
    </label>
  );
}

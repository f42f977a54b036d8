// Drawn on Lucide's grid, in its style and partly with its lines (ISC, see docs/licences.md).
const paths = {
  arrows: 'M8 3 4 7l4 4M4 7h16M16 21l4-4-4-4M20 17H4',
  check: 'M20 6 9 17l-5-5',
  contrast: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20ZM12 18a6 6 0 0 0 0-12Z',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
  down: 'm6 9 6 6 6-6',
  left: 'm15 18-6-6 6-6',
  lock: 'M5 11h14v10H5ZM8 11V7a4 4 0 0 1 8 0v4',
  moon: 'M12 3a6 6 0 0 0 9 9 9 9 0 1 1-9-9Z',
  pause: 'M7 5v14M17 5v14',
  pencil: 'M17 3a2.8 2.8 0 1 1 4 4L7.5 20.5 2 22l1.5-5.5ZM15 5l4 4',
  play: 'M6 4l14 8-14 8Z',
  right: 'm9 18 6-6-6-6',
  start: 'M19 19 9 12l10-7ZM5 19V5',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M6.3 17.7l-1.4 1.4M19.1 4.9l-1.4 1.4',
  target: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20ZM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
  users: 'M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M9 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM22 21v-2a4 4 0 0 0-3-3.87M16 3.13a4 4 0 0 1 0 7.75',
  x: 'M18 6 6 18M6 6l12 12',
} as const;

export type IconName = keyof typeof paths;

/** A picture beside or instead of a word: never read out, sized in the style sheet. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon i-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

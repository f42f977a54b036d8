/** An instant as the gutter shows it: "20 ms", "1.020 s". */
export function instant(ns: number): string {
  if (ns === 0) return '0 ms';
  if (ns < 1e9) return `${trim(ns / 1e6, ns < 1e8 ? 3 : 2)} ms`;
  if (ns < 1000e9) return `${(ns / 1e9).toFixed(3)} s`;
  return `${trim(ns / 1e9, 3)} s`;
}

/** The same with as many digits as there is room for: "131.00 s". */
export function instantIn(ns: number, chars: number): string {
  const full = instant(ns);
  const m = /^(\d+\.(\d+)) (.+)$/.exec(full);
  if (!m || full.length <= chars) return full;
  return `${Number(m[1]).toFixed(Math.max(0, m[2].length - full.length + chars))} ${m[3]}`;
}

/** A length of time, as short as it can be said: "960 ms", "1 s", "2 min". */
export function duration(ns: number): string {
  if (ns < 0) return `−${duration(-ns)}`;
  if (ns === 0) return '0';
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${trim(ns / 1e3, 1)} µs`;
  if (ns < 1e9) return `${trim(ns / 1e6, 3)} ms`;
  if (ns < 300e9) return `${trim(ns / 1e9, 3)} s`;
  if (ns < 7200e9) return `${trim(ns / 60e9, 1)} min`;
  return `${trim(ns / 3600e9, 1)} h`;
}

function trim(v: number, digits: number): string {
  return v
    .toFixed(digits)
    .replace(/\.?0+$/, (m) => (m.includes('.') ? '' : m))
    .replace(/(\.\d*?)0+$/, '$1');
}

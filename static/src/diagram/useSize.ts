import { useLayoutEffect, useState } from 'preact/hooks';

/** The inner size of a box, kept up to date. */
export function useSize(box: { current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 700 });
  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    const measure = () => {
      const next = { width: Math.round(el.clientWidth), height: el.clientHeight };
      setSize((was) => (was.width === next.width && was.height === next.height ? was : next));
    };
    measure();
    const ro = new ResizeObserver(measure);
    ro.observe(el);
    return () => ro.disconnect();
  }, []);
  return size;
}

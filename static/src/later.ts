// What most visits need late or never: a file of its own, fetched when it is first shown.
export { ChartPanel } from './lab/chart/panel';
export { Charts } from './lab/inspect/charts';
export { MiniMap } from './lab/minimap/minimap';

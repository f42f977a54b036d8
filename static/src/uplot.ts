// The library that draws charts: a file of its own, fetched when the first chart is shown.
export { default } from 'uplot';

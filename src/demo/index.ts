export { type DemoContext, type DemoOptions, runDemo } from './run-demo.ts';

export { withDeadline } from './deadline.ts';
export { repeat, type Repeated, type RepeatOptions } from './repeat.ts';

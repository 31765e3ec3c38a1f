export { utcSecond as utcTime } from '../contract/utc-time.ts';

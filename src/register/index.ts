export { contentHashOf } from './content-hash.ts';
export { CursorError } from '../db/index.ts';
export type {
  ListedMessage,
  ListedStatus,
  ListQuery,
  MessagePage,
  MessageRegister,
  RegisteredMessage,
  RegisterEntry,
  Registration,
  RequestDetails,
  RequestDisposition,
} from './register.ts';
export { createRegister } from './sql-register.ts';

export { contentHashOf } from './content-hash.ts';
export { CursorError, StoreError } from '../db/index.ts';
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

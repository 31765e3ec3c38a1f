export { contentHashOf } from './content-hash.ts';
export { CursorError } from './cursor.ts';
export type {
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

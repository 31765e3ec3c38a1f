/** Express 4 under a name of its own, beside Express 5; what the samples use of it has the same types. */
declare module 'express4' {
  export { default, type Express } from 'express';
}

export { basicCredentials, composed } from './basic-credentials.ts';
export type { KeptBody } from './kept-body.ts';
export { type Connection, createNodeListener, type NodeListener } from './node-listener.ts';
export { type FrameworkRequest, NodeRequest } from './node-request.ts';
export { pathnameOf } from './pathname-of.ts';
export { CONFLICTING, singleHeader } from './single-header.ts';

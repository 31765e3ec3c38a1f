import { webhook } from '../../../../webhook';

// Of Node.js: the webhook checks signatures with node:crypto and signals over gRPC.
export const runtime = 'nodejs';
// Each callback is a request of its own.
export const dynamic = 'force-dynamic';

/** Takes Sinch's callbacks; the request's body is unread, as signatures need it. */
export const POST = async (request: Request): Promise<Response> => (await webhook())(request);

/** Resolved by the bundler to the workflows module of the worker that carries the plugin. */
declare module 'temporal-sinch-user-workflows';

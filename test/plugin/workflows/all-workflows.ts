/** What a user bundles who does not give the plugin to the bundler. */
export * from '../../../src/workflows/index.ts';
export * from './own-workflows.ts';

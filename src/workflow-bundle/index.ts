export { bundleWithOurs, oursAlonePath } from './bundle-with-ours.ts';
export { checkBundle, checkBundleOption } from './check-bundle.ts';

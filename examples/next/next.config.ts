import type { NextConfig } from 'next';

const config: NextConfig = {
  // They load files of their own at run time, which a bundle does not have.
  serverExternalPackages: ['temporal-sinch', '@temporalio/client', '@electric-sql/pglite', 'pg'],
};

export default config;

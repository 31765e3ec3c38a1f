import type { Region } from '../settings/index.ts';

/** Host of each region for service-plan tokens (SMS API reference, "Base URL"). A plan lives in one region only. */
const REGION_BASE_URLS: Readonly<Record<Region, string>> = {
  us: 'https://us.sms.api.sinch.com',
  eu: 'https://eu.sms.api.sinch.com',
  au: 'https://au.sms.api.sinch.com',
  br: 'https://br.sms.api.sinch.com',
  ca: 'https://ca.sms.api.sinch.com',
};

/** The base URL of a region, without a path. */
export function baseUrlOfRegion(region: Region): string {
  return REGION_BASE_URLS[region];
}

/** Every region that has a host of its own. */
export const REGIONS = Object.keys(REGION_BASE_URLS) as readonly Region[];

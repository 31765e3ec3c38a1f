/**
 * Countries and territories (ISO 3166-1 alpha-2) whose operators send no delivery reports, or none that tells anything:
 * messages to them end as `timeout` with `no_delivery_report_expected`. A default that a project's settings may replace.
 *
 * Source: Bloomreach Engagement's page "Sinch SMS/MMS" (documentation.bloomreach.com/engagement/docs/sinch-sms), as of
 * November 2026. Sinch publishes no such list; what its dashboard says of a country takes precedence.
 */
export const COUNTRIES_WITHOUT_REPORTS: readonly string[] = Object.freeze([
  'BD', // Bangladesh
  'BJ', // Benin
  'BR', // Brazil
  'BI', // Burundi
  'KH', // Cambodia
  'DE', // Germany
  'GP', // Guadeloupe
  'GU', // Guam
  'HK', // Hong Kong
  'ID', // Indonesia
  'KW', // Kuwait
  'MY', // Malaysia
  'MH', // Marshall Islands
  'MR', // Mauritania
  'MX', // Mexico
  'NR', // Nauru
  'MP', // Northern Mariana Islands
  'PK', // Pakistan
  'PA', // Panama
  'PG', // Papua New Guinea
  'PE', // Peru
  'WS', // Samoa
  'SB', // Solomon Islands
  'SS', // South Sudan
  'LK', // Sri Lanka
  'SD', // Sudan
  'TJ', // Tajikistan
  'TL', // Timor-Leste
  'TO', // Tonga
  'TV', // Tuvalu
  'UZ', // Uzbekistan
  'VE', // Venezuela
  'VN', // Vietnam
  'WF', // Wallis and Futuna
]);

/** Where the tables come from. The meanings are told in our own words. */
export const SOURCES = {
  smpp: { page: 'github.com/sinch/docs, docs/sms/sms-smpp/sms-smpp-error-specification.md', date: '2021-02-17' },
  usNumbers: { page: 'developers.sinch.com/docs/sms/smpp/10dlc-errors', date: '2026-11' },
  deliveryReports: { page: 'developers.sinch.com/docs/sms/api-reference/sms/tag/Delivery-reports', date: '2026-11' },
  javaSdk: { page: 'github.com/sinch/sinch-sdk-java, DeliveryReceiptStatusCode.java', date: '2026-07' },
  mm7: {
    page: 'github.com/sinch/docs, docs/mms/mm7-service/mm7-service-mms-status-codes.md',
    date: '2020-08-28',
  },
  statusCodes: { page: 'developers.sinch.com/docs/sms/api-reference/status-codes', date: '2026-11' },
  restGuide: { page: 'github.com/sinch/docs, docs/sms/sms-guide.md', date: '2021-05-27' },
  javaXms: { page: 'github.com/sinch/sinch-java-sms, 2.2.2, ApiError', date: '2026-11' },
  http: { page: 'RFC 9110, 15', date: '2022-06' },
  ours: { page: 'temporal-sinch', date: '2026-11' },
} as const;

/** What the help of `worker` and `server` says of the environment that both read. */
export const CONFIG_HELP = `
Environment:
  DATABASE_URL                postgres://… that worker and server share (needed)
  SINCH_SERVICE_PLAN_ID,
  SINCH_API_TOKEN             a plan and its token, from Sinch's dashboard; without them projects and integrations
                              are kept in the database, and changed over HTTP
  SINCH_REGION                us, eu, au, br or ca (default: us); or SINCH_BASE_URL, another address
  SINCH_MESSAGES_PER_SECOND   throughput of the plan by contract (default: 30)
  SINCH_DEFAULT_SENDER        used where a request names none
  REPORT_WINDOW_HOURS         how long delivery reports are waited for, up to 720 (default: 96)
  WAIT_WHERE_NO_REPORTS       on, or off to end messages to countries without reports at once (default: on)
  STATUS_ATTRIBUTE            on, or off to leave SinchStatus as it is at the start (default: on)
  BARE_NUMBERS                how numbers without + and 00 are read: international, refused, or national ones of a
                              country such as GB (default: international)
  RETENTION_DAYS              whole days after which numbers and texts are erased (default: never)
  SINCH_PROJECT_ID,
  SINCH_INTEGRATION_ID        ids (default: default, sinch)
  SINCH_HMAC_SECRETS          secrets that Sinch signs callbacks with, separated by commas, the current one first
  SINCH_HMAC_TOLERANCE_HOURS  largest age of a signature; under 24 loses reports that Sinch retries (default: no limit)
  SINCH_CALLBACK_SECRETS      or secrets at the end of the callback's path (default: one made of the token)
  PUBLIC_URL                  where Sinch reaches the webhook, such as https://sms.example.com or https://example.com/sms;
                              a proxy may keep the path or take it off
  SINCH_SETTINGS_FILE         JSON file with projects and integrations, instead of the variables from the plan to here
  ALLOW_PRIVATE_HOSTS         on, or names, addresses and networks separated by commas, such as 10.1.0.0/16, that base
                              URLs and media URLs may name beside hosts on the internet (default: off)
  HTTPS_PROXY, HTTP_PROXY     proxies by which Sinch and exporters are reached, such as http://proxy.internal:3128
                              (default: none); NO_PROXY names hosts that are reached without them
  METRICS_ADDRESS             where a worker's metrics are scraped at /metrics, such as 127.0.0.1:9464 (default: nowhere)
  ENCRYPTION_KEYS             keys of 32 bytes in base64, separated by commas, the first one encrypts; or
  ENCRYPTION_KEY_FILE         a file with one a line, made where there is none (one of the two is needed, except by a
                              worker whose plan is in the environment)
  PAYLOAD_ENCRYPTION          on encrypts what Temporal keeps with the first of these keys (default: off, which only decrypts)
  TEMPORAL_ADDRESS,
  TEMPORAL_NAMESPACE, …       Temporal's own variables and configuration file (default: localhost:7233, default);
                              TEMPORAL_API_KEY needs TEMPORAL_TLS, true or false, but on this machine;
                              TEMPORAL_PROFILE is one of TEMPORAL_CONFIG_FILE
  TEMPORAL_TASK_QUEUE         queue of the message workflows (default: sinch-messages)
  SEARCH_ATTRIBUTES           on, or off where the namespace has none of ours (default: on)
  SWEEP_INTERVAL_MINUTES      of a worker: how often lost delivery reports are looked for at Sinch, or off (default: 15)
  LOG_LEVEL                   fatal, error, warn, info, debug or silent (default: info)
  LOG_FORMAT                  json or text (default: text on a terminal, where NO_COLOR leaves colours out; else json)`;

/** What the help of `server` says beside that. */
export const SERVER_CONFIG_HELP = `  SINCH_API_KEY               deployment key: makes projects, an admin of each; 16 characters or more (needed)
  METRICS_KEY                 key for GET /metrics and nothing else, beside the deployment key; 16 characters or more
                              (default: none)
  HOST, PORT                  where to listen (default: 127.0.0.1, 8080)
  WEBHOOK_MAX_CONCURRENT      callbacks under way at once; those beyond are answered 503 and come again (default: 256)
  CODEC_KEY                   key that has payloads decrypted and does nothing else, beside the deployment key;
                              16 characters or more (default: none)
  CODEC_ORIGINS               where Temporal's web UI is, which has payloads decrypted: https://…, separated by commas`;

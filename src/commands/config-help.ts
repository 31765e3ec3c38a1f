/** What the help of `worker` and `server` says of the environment that both read. */
export const CONFIG_HELP = `
Environment:
  DATABASE_URL                postgres://… that worker and server share (needed)
  SINCH_SERVICE_PLAN_ID,
  SINCH_API_TOKEN             a plan and its token, from Sinch's dashboard; without them projects and integrations
                              are kept in the database, and changed over HTTP
  SINCH_REGION                us, eu, au, br or ca (default: us); or SINCH_BASE_URL, the address of a simulator
  SINCH_MESSAGES_PER_SECOND   throughput of the plan by contract (default: 30)
  SINCH_DEFAULT_SENDER        used where a request names none
  REPORT_WINDOW_HOURS         how long delivery reports are waited for (default: 96)
  WAIT_WHERE_NO_REPORTS       on, or off to end messages to countries without reports at once (default: on)
  STATUS_ATTRIBUTE            on, or off to leave SinchStatus as it is at the start (default: on)
  SINCH_PROJECT_ID,
  SINCH_INTEGRATION_ID        ids (default: default, sinch)
  SINCH_HMAC_SECRETS          secrets that Sinch signs callbacks with, separated by commas, the current one first
  SINCH_CALLBACK_SECRETS      or secrets at the end of the callback's path (default: one made of the token)
  PUBLIC_URL                  where Sinch reaches the webhook, such as https://sms.example.com
  SINCH_SETTINGS_FILE         JSON file with projects and integrations, instead of the variables from the plan to here
  ENCRYPTION_KEYS             keys of 32 bytes in base64, separated by commas, the first one encrypts; or
  ENCRYPTION_KEY_FILE         a file with one a line, made where there is none (one of the two is needed, except by a
                              worker whose plan is in the environment)
  TEMPORAL_ADDRESS,
  TEMPORAL_NAMESPACE, …       Temporal's own variables and configuration file (default: localhost:7233, default)
  TEMPORAL_TASK_QUEUE         queue of the message workflows (default: sinch-messages)
  SEARCH_ATTRIBUTES           on, or off where the namespace has none of ours (default: on)
  LOG_LEVEL                   fatal, error, warn, info, debug or silent (default: info)`;

/** What the help of `server` says beside that. */
export const SERVER_CONFIG_HELP = `  SINCH_API_KEY               deployment key: makes projects, an admin of each; 16 characters or more (needed)
  HOST, PORT                  where to listen (default: 127.0.0.1, 8080)`;

/** Levels of log messages (RFC 5424 section 6.2.1), the least first. */
export const LOG_LEVELS = [
  ...['debug', 'info', 'notice', 'warning'],
  ...['error', 'critical', 'alert', 'emergency'],
] as const

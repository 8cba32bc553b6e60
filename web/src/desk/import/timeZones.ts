/** The browser's time zone, by its name in the IANA database. */
export const OWN_TIME_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone

/** All time zones that the browser knows, its own and UTC among them. */
export const TIME_ZONES = [...new Set([OWN_TIME_ZONE, 'UTC', ...Intl.supportedValuesOf('timeZone')])].toSorted()

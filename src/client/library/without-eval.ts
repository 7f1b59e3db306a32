/** Validation without code made at run time, which a strict Content-Security-Policy forbids and reports. Imported before any schema is made. */

import { config } from 'zod/mini'

config({ jitless: true })

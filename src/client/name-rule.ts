/** What may be a name, in words that go behind a colon. */

import { MAX_NAME_BYTES } from '../relay/dialects/sendto/layout.js'

/** Where the dialect does not say otherwise (N2). */
export const NAME_RULE = 'a name is 1 to 32 printable ASCII characters without a space'

export const CHATROOM_NAME_RULE = 'a name is 3 to 30 letters and digits, and not everyone'
export const SENDTO_NAME_RULE = `a name is 1 to ${MAX_NAME_BYTES} printable ASCII characters without a space`

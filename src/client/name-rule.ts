/** What may be a name where the dialect does not say otherwise (N2), in words that go behind a colon. */
export const NAME_RULE = 'a name is 1 to 32 printable ASCII characters without a space'
